# mkMachine refuses what it can't build, before anything is built, and takes what it says it takes.
{
  pkgs,
  mkMachine,
  crates,
}:
let
  inherit (pkgs) lib;
  program = "${crates.hello.package}/bin/hello";

  # null, or what an attribute set of arguments comes to
  evaluate =
    arguments:
    let
      result = builtins.tryEval (mkMachine arguments).iso.drvPath;
    in
    if result.success then result.value else null;

  refused = {
    nothing = { };
    no-attribute-set = program;
    both-kinds-of-programs = {
      inherit program;
      programs = { inherit program; };
    };
    arguments-of-nobody = {
      programs.web = program;
      args = [ "1" ];
    };
    number-as-program.program = 1;
    unknown-argument = {
      inherit program;
      colour = "red";
    };
    unknown-argument-of-a-program.programs.web = {
      inherit program;
      colour = "red";
    };
    program-without-its-file.programs.web = {
      args = [ ];
    };
    program-that-is-null.programs.web = null;
    module-parameter-in-disguise = {
      inherit program;
      moduleParameters.scratchmachine.status = 81;
    };
    module-parameter-of-two-words = {
      inherit program;
      moduleParameters.e1000."a b" = 1;
    };
    collector-without-address = {
      inherit program;
      log = "udp://1.2.3.999";
    };
    name-of-init.programs.init = program;
    name-with-a-slash.programs."a/b" = program;
    modules-for-a-kernel-that-takes-none = {
      inherit program;
      profile = "tiny";
      modules = [ "e1000" ];
    };
    line-break-in-an-argument = {
      inherit program;
      args = [ "a\nb" ];
    };
    argument-that-is-a-number = {
      inherit program;
      args = [ 80 ];
    };
    modules-as-a-word = {
      inherit program;
      modules = "e1000";
    };
    kernel-parameter-of-two-words = {
      inherit program;
      kernelParams = [ "quiet loglevel=3" ];
    };
  }
  // lib.mapAttrs (name: value: { inherit program; } // { ${name} = value; }) {
    profile = "huge";
    ip = "10.0.2.15 quiet";
    hostname = "-a-";
    panic = "30";
    log = "rsyslog.example";
    ntp = "pool.example";
    status = 65536;
    networkWait = -1;
    grace = 3601;
    restart = "sometimes";
    hotplug = "yes";
    signals = {
      SIGKILL = "reboot";
    };
    moduleParameters = {
      e1000 = [ "Speed=100" ];
    };
    moduleBlacklist = "e1000";
  };

  taken = {
    plain = { inherit program; };
    all = {
      programs = {
        web = program;
        job = {
          inherit program;
          args = [ "1024" ];
          restart = "never";
        };
      };
      name = "web-1";
      modules = [
        "e1000"
        "virtio-net"
      ];
      ip = "10.0.2.15:::255.255.255.0";
      hostname = "web-1.example";
      panic = -1;
      log = "udp://10.0.2.2:5514";
      ntp = "10.0.2.4";
      status = 81;
      networkWait = 0;
      grace = 3600;
      restart = "on-failure";
      hotplug = true;
      signals.SIGINT = "poweroff";
      moduleParameters.e1000.Speed = 100;
      moduleBlacklist = [ "floppy" ];
      kernelParams = [ "quiet" ];
    };
    tiny = {
      inherit program;
      profile = "tiny";
    };
  };

  wrong =
    builtins.filter (name: evaluate refused.${name} != null) (lib.attrNames refused)
    ++ builtins.filter (name: evaluate taken.${name} == null) (lib.attrNames taken);
in
pkgs.runCommand "arguments" { inherit wrong; } ''
  [[ ! $wrong ]] || { echo "mkMachine judges otherwise than it should: $wrong" >&2; exit 1; }
  touch $out
''
