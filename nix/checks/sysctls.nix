# What is recommended for /proc/sys is so in a machine that runs, or nix/kernel/hardening says why not. The demo
# machine is booted with one more process, which tells all settings once init has sealed the machine.
{
  glibc,
  nukeReferences,
  qemu_test,
  runCommand,
  runCommandCC,
  machine,
  mkInitrd,
}:
let
  tellSysctls =
    runCommandCC "tell-sysctls"
      {
        nativeBuildInputs = [ nukeReferences ];
        # not the C library that is linked in, whose closure would be in the initramfs
        allowedReferences = [ machine.init ];
      }
      ''
        mkdir -p $out/bin
        gcc -Wall -Werror -Os -s -static -L${glibc.static}/lib -o $out/bin/init ${../kernel/hardening/tell-sysctls.c}
        nuke-refs $out/bin/init
        ln -s ${machine.init}/bin/init $out/bin/real-init
      '';
  initrd = mkInitrd {
    init = tellSysctls;
    inherit (machine) programs modules;
    inherit (machine.iso) identity settings;
  };
in
runCommand "sysctls" { nativeBuildInputs = [ qemu_test ]; } ''
  source ${../kernel/hardening/hold-against.sh}
  timeout 300 qemu-system-x86_64 -machine pc -accel tcg -m 256 -no-reboot -display none \
    -nic user,model=e1000 -kernel ${machine.kernel}/bzImage -initrd ${initrd}/initrd \
    -append "${machine.iso.commandLine}" -serial file:console -serial file:told </dev/null ||
    { cat console >&2; exit 1; }
  tr -d '\r' <told >sysctls
  grep -q $'^end\tyes$' sysctls || { cat console >&2; echo "the machine did not tell its settings" >&2; exit 1; }
  hold_against ${../kernel/hardening}/sysctls.tsv sysctls | tee $out
''
