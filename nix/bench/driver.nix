# driver PATHS: modules of the stock kernel, as files that finit_module takes as they are. What a kernel has built in
# is left out.
{
  lib,
  linux_6_12,
  runCommand,
}:
paths:
runCommand "driver" { inherit paths; } ''
  mkdir $out
  cd ${lib.getOutput "modules" linux_6_12}/lib/modules/*/kernel
  for path in $paths; do
    if [[ -e $path.ko.xz ]]; then
      xz --decompress --stdout $path.ko.xz >$out/''${path##*/}.ko
    else
      grep -qx "kernel/$path.ko" ../modules.builtin || { echo "the stock kernel has no $path" >&2; exit 1; }
    fi
  done
''
