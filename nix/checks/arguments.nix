# mkMachine refuses what it can't build, before anything is built, and takes what it says it takes.
{
  lib,
  runCommand,
  zstd,
  mkMachine,
  demo,
}:
let
  program = demo;

  # null, or what an attribute set of arguments comes to
  evaluate =
    arguments:
    let
      result = builtins.tryEval (mkMachine arguments).iso.drvPath;
    in
    if result.success then result.value else null;

  fileWithABlank = ./arguments + "/a program";
  # white space to kernel and init
  verticalTab = builtins.fromJSON "\"\\u000b\"";
  # so many bytes
  bytes = count: lib.concatMapStrings (_: "x") (builtins.genList (_: null) count);
  numbered = count: make: builtins.genList (number: make (toString number)) count;
  # what mkMachine itself puts on the ISO's command line
  ownWords = builtins.stringLength (mkMachine { inherit program; }).iso.commandLine;

  # a setting with each of these values
  ofEach =
    name: values:
    builtins.listToAttrs (
      map (value: {
        name = "${name}=${value}";
        value = {
          inherit program;
          ${name} = value;
        };
      }) values
    );

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
    # which a build would not find
    program-outside-the-store.program = "/bin/true";
    program-by-a-relative-string.program = "./web";
    nothing-as-program.programs.web = "";
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
    module-parameter-of-the-kernel-itself = {
      inherit program;
      moduleParameters.sysctl.panic = 5;
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
    name-longer-than-the-store-takes.programs.${bytes 129} = program;
    image-with-a-longer-name = {
      inherit program;
      name = bytes 129;
    };
    modules-for-a-kernel-that-takes-none = {
      inherit program;
      profile = "tiny";
      modules = [ "e1000" ];
    };
    line-break-in-an-argument = {
      inherit program;
      args = [ "a\nb" ];
    };
    module-parameter-that-names-a-store-path = {
      inherit program;
      moduleParameters.e1000.path = "${zstd}";
    };
    argument-longer-than-linux-takes = {
      inherit program;
      args = [ (bytes 131072) ];
    };
    arguments-longer-than-linux-takes = {
      inherit program;
      args = numbered 32 (_: bytes 65536);
    };
    more-arguments-than-linux-takes = {
      inherit program;
      # a byte, a zero and a pointer each
      args = numbered 209713 (_: "x");
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
    # nothing behind it would reach the kernel
    kernel-parameter-with-a-carriage-return = {
      inherit program;
      kernelParams = [ "a.b=1\r" ];
    };
    kernel-parameter-that-ends-them = {
      inherit program;
      kernelParams = [ "--" ];
    };
    kernel-parameter-that-ends-them-in-quotes = {
      inherit program;
      kernelParams = [ "\"--\"" ];
    };
    kernel-parameter-with-a-vertical-tab = {
      inherit program;
      kernelParams = [ "a.b=1${verticalTab}c.d=1" ];
    };
    # the kernel takes its second byte for white space
    kernel-parameter-with-a-letter-of-two-bytes = {
      inherit program;
      kernelParams = [ "a.b=à" ];
    };
    # the boot loader would look for that file
    kernel-parameter-of-the-boot-loader = {
      inherit program;
      kernelParams = [ "a.initrd=1" ];
    };
    module-parameter-of-the-boot-loader = {
      inherit program;
      profile = "tiny";
      moduleParameters.e1000.initrd = 1;
    };
    module-parameter-with-a-vertical-tab = {
      inherit program;
      moduleParameters.e1000.Speed = "1${verticalTab}0";
    };
    more-kernel-parameters-than-fit = {
      inherit program;
      kernelParams = numbered 300 (number: "word.number=${number}");
    };
    a-byte-more-than-fits-on-the-command-line = {
      inherit program;
      kernelParams = [ (bytes (1938 - ownWords)) ];
    };
    more-variables-than-the-kernel-takes = {
      inherit program;
      kernelParams = numbered 31 (number: "v${number}=1");
    };
    more-words-than-the-kernel-takes = {
      inherit program;
      kernelParams = numbered 33 (number: "w${number}");
    };
  }
  // ofEach "ip" [
    "10.0.2"
    "10.0.2.015"
    "10.0.2.15:::255.0.255.0"
    "10.0.2.15::gateway"
    "10.0.2.15::10.0.2.15"
    "10.0.2.15::255.255.255.255"
    "127.0.0.1"
    "224.0.0.1:::255.255.255.0"
    "10.0.2.15:::255.255.255.0:::sometimes"
    "10.0.2.15:::255.255.255.0:::off:10.0.2"
    "::::-web-::dhcp"
    "bootp"
    ":::::::::::"
  ]
  // {
    variables-of-nobody = {
      programs.web = program;
      env.A = "1";
    };
    two-programs-that-are-one-user.programs = {
      a = {
        inherit program;
        user = 33;
      };
      b = {
        inherit program;
        user = "www:33";
      };
    };
    programs-that-wait-for-each-other.programs = {
      a = {
        inherit program;
        after.b = "start";
      };
      b = {
        inherit program;
        after.a = 80;
      };
    };
    program-that-waits-for-nobody.programs.a = {
      inherit program;
      after.b = "end";
    };
    feature-of-a-kernel-without-modules = {
      inherit program;
      profile = "tiny";
      features = [ "ipv6" ];
    };
    sysctl-that-is-sealed = {
      inherit program;
      sysctls."kernel.kptr_restrict" = 0;
    };
  }
  // ofEach "log" [
    "udp://10.0.2.2:0"
    "udp://10.0.2.2:65536"
  ]
  // lib.mapAttrs (name: value: { inherit program; } // { ${name} = value; }) {
    profile = "huge";
    ip = "10.0.2.15 quiet";
    hostname = "my_vm";
    panic = "30";
    log = "rsyslog.example";
    ntp = "pool.example";
    status = 65536;
    networkWait = -1;
    grace = 3601;
    restart = "sometimes";
    hotplug = "yes";
    ioUring = 1;
    tmpSize = 64;
    sysctls = {
      kernel = 1;
    };
    features = [ "ipv7" ];
    kernelConfig = {
      CONFIG_X = true;
    };
    env = {
      "A-B" = "1";
    };
    user = "root";
    workingDirectory = "data";
    stopSignal = "QUIT";
    stdin = "tty";
    capabilities = [ "sys_admin" ];
    limits = {
      disk = "1g";
    };
    writable = {
      "/etc" = null;
    };
    signals = {
      SIGKILL = "reboot";
    };
    moduleParameters = {
      e1000 = [ "Speed=100" ];
    };
    moduleBlacklist = "e1000";
  };

  taken = takenSettings // {
    plain = { inherit program; };
    all = {
      programs = {
        web = program;
        job = {
          inherit program;
          after.web = 80;
          args = [ "1024" ];
          restart = "never";
          env = {
            GREETING = "hello \"world\"\n";
            NUMBER = 1;
          };
          user = "job:33";
          workingDirectory = "/data";
          stopSignal = "SIGQUIT";
          stdin = "open";
          check = "8080/healthz";
          capabilities = [ "net_raw" ];
          limits = {
            memory = "64m";
            cpu = 50;
            processes = 20;
            files = 100;
          };
          writable."/data" = "16m";
        };
      };
      features = [
        "ipv6"
        "bbr"
      ];
      ioUring = true;
      tmpSize = "64m";
      sysctls."vm.swappiness" = 10;
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
    kernel-of-ones-own = {
      inherit program;
      kernelConfig.CONFIG_NR_CPUS = "8";
    };
    single-program = {
      inherit program;
      env.A = "1";
      user = 33;
    };
    tiny = {
      inherit program;
      profile = "tiny";
      moduleParameters.e1000.Speed = 100;
    };
    # which comes along into the image
    argument-that-names-a-store-path = {
      inherit program;
      args = [ "--root=${zstd}" ];
    };
    longest-argument = {
      inherit program;
      args = [ (bytes 131071) ];
    };
    file-whose-name-the-store-does-not-take.programs.web = fileWithABlank;
    longest-names = {
      programs.${bytes 128} = program;
      name = bytes 128;
    };
    odd-kernel-parameters = {
      inherit program;
      kernelParams = [
        "a.b=\"c d\""
        "\"e f\""
        "#"
        "g.h=\\$(i)`'"
        "---"
      ];
    };
    longest-command-line = {
      inherit program;
      kernelParams = [ (bytes (1937 - ownWords)) ];
    };
    most-words = {
      inherit program;
      kernelParams =
        numbered 30 (number: "v${number}=1")
        ++ numbered 32 (number: "w${number}")
        ++ numbered 40 (number: "m.p${number}=1");
    };
  };

  takenSettings =
    ofEach "ip" [
      "off"
      "10.0.2.15"
      "0.0.0.0"
      ":::::eth1"
      "::::web-1::dhcp"
      "10.0.2.15:nfs:10.0.2.2:255.255.255.0:web-1.example:eth1:off:10.0.2.3:10.0.2.4:ntp"
      "10.0.2.15:::255.254.0.0"
      "10.0.2.15::172.31.1.1:255.255.255.255"
      "223.0.0.1::0.0.0.0"
      "::gateway:mask"
    ]
    // ofEach "log" [
      "tcp://10.0.2.2"
      "udp://10.0.2.2:65535"
    ];

  wrong =
    builtins.filter (name: evaluate refused.${name} != null) (lib.attrNames refused)
    ++ builtins.filter (name: evaluate taken.${name} == null) (lib.attrNames taken)
    # a driver that is in the kernel reads nothing else
    ++ builtins.filter (
      word: !builtins.elem word (builtins.filter lib.isString (builtins.split " " tinyCommandLine))
    ) [ "e1000.Speed=100" ];
  tinyCommandLine = (mkMachine taken.tiny).iso.commandLine;
in
runCommand "arguments" { inherit wrong; } ''
  [[ ! $wrong ]] || { echo "mkMachine judges otherwise than it should: $wrong" >&2; exit 1; }
  touch $out
''
