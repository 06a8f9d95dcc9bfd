# The modules that a machine asked for, with those they depend on and the index that says so:
# $out/VERSION/kernel/…/*.ko and $out/VERSION/modules.dep, to be found as /lib/modules.
{ pkgs, kernel }:
modules:
let
  inherit (pkgs) lib;
  built = "${lib.getOutput "modules" kernel}/lib/modules/${kernel.modDirVersion}";
in
pkgs.runCommand "modules" { inherit modules; } ''
  directory=$out/${kernel.modDirVersion}
  mkdir -p $directory

  # A module's name has '_' where its file's name may have '-'.
  index_line() {
    awk -F: -v name="''${1//-/_}" '{
      module = $1
      sub(".*/", "", module); sub("\\.ko.*", "", module); gsub("-", "_", module)
      if (module == name) print
    }' ${built}/modules.dep
  }

  for module in $modules; do
    line=$(index_line "$module")
    [[ $line ]] || {
      echo "mkMachine: the kernel has no module '$module': it has" \
        "$(cut -d: -f1 ${built}/modules.dep | sed 's,.*/,,; s,\.ko.*,,' | sort | paste -sd' ')" >&2
      exit 1
    }
    for file in ''${line/:/}; do
      mkdir -p "$directory/$(dirname "$file")"
      cp ${built}/$file $directory/$file
      # the file's own line, so that the index names all files that are there and no others
      grep -F "$file:" ${built}/modules.dep
    done
  done | sort -u >$directory/modules.dep
''
