# The modules that a machine asked for, with those they depend on, and the index that says so:
# $out/VERSION/kernel/…/*.ko, modules.dep, modules.alias, modules.absent and modules.load, to be found as /lib/modules.
{
  binutils,
  lib,
  runCommand,
}:
# `load` are those of the modules that are loaded though no device asks for them
{
  kernel,
  modules,
  load ? [ ],
}:
let
  built = "${lib.getOutput "modules" kernel}/lib/modules/${kernel.modDirVersion}";

  # A device that hangs on a bus appears only once the bus has its driver. The device's driver does not
  # depend on that one, so modules.dep does not say so.
  buses =
    let
      virtio = [ "virtio_pci" ];
    in
    {
      virtio_balloon = virtio;
      virtio_blk = virtio;
      virtio_console = virtio;
      virtio_net = virtio;
      virtio_rng = virtio;
      vmw_vsock_virtio_transport = virtio;
    };
  # A module's name has '_' where its file's name, and whoever asks for it, may have '-'.
  names = map (builtins.replaceStrings [ "-" ] [ "_" ]) modules;
in
if names == [ ] then
  # A kernel may take no modules at all, and need not be built to say so. No two files of an image may be equal
  # (programs.nix), as empty ones would be.
  runCommand "modules" { } ''
    mkdir -p $out/${kernel.modDirVersion}
    echo '# no modules' >$out/${kernel.modDirVersion}/modules.dep
    echo '# no aliases' >$out/${kernel.modDirVersion}/modules.alias
  ''
else
  runCommand "modules"
    {
      nativeBuildInputs = [ binutils ];
      modules = names ++ builtins.concatMap (name: buses.${name} or [ ]) names;
      inherit load;
    }
    ''
      directory=$out/${kernel.modDirVersion}
      mkdir -p $directory
      cd ${built}

      # $1 is a file, or a line of an index that begins with one
      name_of() {
        name=''${1%%:*} name=''${name##*/} name=''${name%%.ko*} name=''${name//-/_}
      }
      declare -A index is_builtin carried
      while read -r line; do
        name_of "$line"
        index[$name]=$line
      done <modules.dep
      while read -r line; do
        name_of "$line"
        is_builtin[$name]=yes
      done <modules.builtin

      # each with the lines of those that it needs, so that the index names all files that are there and no others
      for module in $modules; do
        [[ ! ''${is_builtin[$module]-} ]] || continue
        [[ ''${index[$module]-} ]] || {
          echo "mkMachine: the kernel has no module '$module': it has" \
            "$(printf '%s\n' "''${!index[@]}" | sort | paste -sd' ')" >&2
          exit 1
        }
        for file in ''${index[$module]/:/}; do
          name_of $file
          carried[$name]=$file
        done
      done
      for name in "''${!carried[@]}"; do
        file=''${carried[$name]}
        mkdir -p "$directory/''${file%/*}"
        # of the names, the kernel reads only those that relocations refer to; a twelfth of the bytes
        objcopy --strip-unneeded --remove-section=.comment --remove-section=.note.gnu.build-id \
          "$file" "$directory/$file"
        chmod 444 "$directory/$file"
        echo "''${index[$name]}"
      done | sort >$directory/modules.dep

      for module in $load; do
        [[ ''${is_builtin[$module]-} ]] || echo $module
      done >$TMPDIR/load
      [[ ! -s $TMPDIR/load ]] || cp $TMPDIR/load $directory/modules.load

      # lines "alias PATTERN MODULE": which devices the module drives; a module may drive none
      {
        echo '# aliases'
        while read -r word pattern module; do
          [[ ! ''${carried[''${module:-none}]-} ]] || echo "$word $pattern $module"
        done <modules.alias | sort
      } >$directory/modules.alias

      # the same of network cards' drivers that are not there, for init to say which one is missing
      while read -r word pattern module; do
        # what a program opens is no device that is there
        [[ $pattern != char-major-* && $pattern != devname:* ]] || continue
        case ''${index[''${module:-none}]-} in
          kernel/drivers/net/* | kernel/drivers/virtio/virtio_pci.ko* | kernel/drivers/hv/hv_vmbus.ko*)
            [[ ''${carried[$module]-} ]] || echo "$word $pattern $module"
            ;;
        esac
      done <modules.alias | sort >$TMPDIR/absent
      [[ ! -s $TMPDIR/absent ]] || cp $TMPDIR/absent $directory/modules.absent
    ''
