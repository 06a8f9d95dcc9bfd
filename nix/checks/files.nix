# What a machine asks for beside its programs is in its image where programs look for it, and explained to the byte.
{
  demo,
  lib,
  mkMachine,
  runCommand,
  writeShellApplication,
}:
let
  machine = mkMachine {
    programs = {
      hello = demo;
      # with an interpreter
      script = {
        program = lib.getExe (writeShellApplication {
          name = "script-1.0";
          text = "echo a script is running";
        });
        closure = true;
        restart = "never";
      };
    };
    files."/etc/motd".text = "hello";
    certificates = true;
    timeZones = true;
  };
in
runCommand "files" { } ''
  ${machine.audit}/bin/audit >report || { cat report >&2; exit 1; }
  for line in 'etc/motd → ' 'etc/ssl/certs/ca-certificates.crt → ' 'ca-certificates.crt .*CA certificates' \
    'zoneinfo/Europe/Berlin .*time zones' '-script-1.0/bin/script-1.0 .*script 1.0' '/bin/bash .*bash'; do
    grep -qE -- "$line" report || { cat report >&2; echo "'$line' is not in the image" >&2; exit 1; }
  done
  touch $out
''
