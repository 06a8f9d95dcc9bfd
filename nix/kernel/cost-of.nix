# What an option of the kernel costs: the size of bzImage as kernel.config asks for it, and with one line of it
# otherwise. The objects of the first are kept, so that what the second compiles is what the option changes.
{
  bc,
  bison,
  elfutils,
  flex,
  linux_6_12,
  perl,
  runCommandCC,
  mkKernel,
}:
let
  kernel = mkKernel [ ];

  build =
    name: more: script:
    runCommandCC name (
      {
        nativeBuildInputs = [
          bc
          bison
          elfutils
          flex
          perl
        ];
        # as linuxManualConfig has it, where compilers have a will of their own
        hardeningDisable = [ "all" ];
        makeFlags = linux_6_12.commonMakeFlags ++ [
          "O=../build"
          "KBUILD_BUILD_USER=nixbld"
          "KBUILD_BUILD_HOST=localhost"
          "KBUILD_BUILD_VERSION=1"
        ];
        inherit (linux_6_12) src;
        inherit (kernel) configfile;
        patches = map (it: it.patch) kernel.kernelPatches;
      }
      // more
    ) (unpack + script);
  unpack = ''
    export KBUILD_BUILD_TIMESTAMP=@$SOURCE_DATE_EPOCH
    mkdir source
    tar -xf $src --strip-components=1 --no-same-owner -C source
    cd source
    for patch in $patches; do
      patch -p1 <$patch
    done
    # older than every object
    find . -type f -exec touch -d @$SOURCE_DATE_EPOCH {} +
    make() { command make $makeFlags -j$NIX_BUILD_CORES "$@"; }
    bytes() { stat -c %s ../build/arch/x86/boot/bzImage; }
  '';

  objects = build "kernel-objects" { } ''
    mkdir ../build $out
    cp $configfile ../build/.config
    chmod u+w ../build/.config
    make olddefconfig
    make bzImage
    bytes >$out/bytes
    tar -C .. -cf $out/build.tar build
  '';
in
# The line of a configuration, as `CONFIG_X=y`, `CONFIG_X=8` or `# CONFIG_X is not set`; or `CONFIG_X` alone, which
# turns off what is on and on what is off.
line: rec {
  # $out/config with it and what comes along; or $out/refused, which says why there is none
  plan = build "kernel-cost-plan" { inherit line; } ''
    source ${./config-survives.sh}
    mkdir ../build $out
    refuse() {
      echo "$*" >$out/refused
      exit
    }
    kernel_options . >../options
    [[ $line =~ ^('# ')?(CONFIG_[A-Za-z0-9_]+) ]]
    option=''${BASH_REMATCH[2]}
    before=$(grep -E "^$option=" $configfile || echo "# $option is not set")
    if [[ $line == $option ]]; then
      if [[ $before == '# '* ]]; then line=$option=y; else line="# $option is not set"; fi
    fi
    grep -qxF $option ../options || refuse "the kernel has no option $option: is it spelled so?"
    [[ $line != "$before" ]] || refuse "the kernel has '$line' already"

    sed -E "/^(# )?$option[= ]/d" $configfile >../build/.config
    echo "$line" | tee ../line >>../build/.config
    make olddefconfig
    kernel_config_survives ../line ../build/.config ../options ||
      refuse "'$line' does not survive, '$before' is back: something that it depends on is missing, or something else asks for $option"
    cp ../build/.config $out/config
    echo "'$before' becomes '$line'" >$out/change
  '';

  # one line that says it
  cost = build "kernel-cost" { inherit plan objects; } ''
    tar -C .. -xf $objects/build.tar
    cp $plan/config ../build/.config
    chmod u+w ../build/.config
    make olddefconfig
    make bzImage
    old=$(<$objects/bytes) new=$(bytes)
    changed=$({ diff <(grep ^CONFIG_ $configfile) <(grep ^CONFIG_ ../build/.config) || true; } | grep -c '^[<>]')
    echo "$(<$plan/change): bzImage $old -> $new bytes, $((new - old)); $changed lines of the configuration differ" >$out
  '';
}
