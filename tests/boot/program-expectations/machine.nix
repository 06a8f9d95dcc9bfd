{
  demo,
  isoOf,
  misbehave,
  mkMachine,
  runCommand,
  scratchmachine,
}:
let
  machine = mkMachine {
    programs = {
      hello = demo;
      probe = misbehave [ "expect-everything" ] // {
        env.GREETING = "hello \"world\"\n";
        user = 33;
        workingDirectory = "/var/lib/probe";
        stdin = "null";
        capabilities = [ "net_raw" ];
        limits = {
          memory = "64m";
          files = 5000;
        };
        writable."/var/lib/probe" = "1m";
      };
      hungry = misbehave [ "eat-memory" ] // {
        limits.memory = "16m";
        restart = "never";
        after.hello = 80;
      };
    };
    hostname = "probe-1";
    features = [ "ipv6" ];
    ioUring = true;
    sysctls."vm.swappiness" = 10;
    status = 81;
  };
in
{
  iso = runCommand "configured.iso" { } ''
    ${scratchmachine}/bin/scratchmachine configure ${isoOf machine} \
      'scratchmachine.env.probe.FROM_THE_LAYER=a secret' -o $out >shown
    if grep -q 'a secret' shown; then cat shown; exit 1; fi
    grep -qF 'scratchmachine.env.probe.FROM_THE_LAYER=…' shown
  '';
}
