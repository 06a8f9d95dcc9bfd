# What mkMachine takes as a setting is what init's parser takes, and the other way round: each of these values is judged by
# both. tests/settings.rs asks init.
{
  lib,
  writeText,
  crates,
  settings,
  programSettings,
}:
let
  # of the right type: what is no word at all only mkMachine can be given
  values = {
    ip = [
      "dhcp"
      "on"
      "any"
      "both"
      "off"
      "none"
      "bootp"
      "rarp"
      "DHCP"
      "10.0.2.15"
      "10.0.2"
      "10.0.2.256"
      "10.0.2.015"
      "0.0.0.0"
      "0.0.0.5"
      "127.0.0.1"
      "223.255.255.255"
      "224.0.0.1"
      "255.255.255.255"
      "10.0.2.15:::255.255.255.0"
      "10.0.2.15:::255.0.255.0"
      "10.0.2.15:::255.255.255.255"
      "10.0.2.15:::0.0.0.0"
      "10.0.2.15:::mask"
      "10.0.2.15::10.0.2.2:255.255.255.0"
      "10.0.2.15::10.0.2.15"
      "10.0.2.15::0.0.0.0"
      "10.0.2.15::127.0.0.1"
      "10.0.2.15:nfs"
      "10.0.2.15::::web"
      "10.0.2.15::::-web"
      "10.0.2.15:::::eth1"
      "10.0.2.15::::::off"
      "10.0.2.15::::::magic"
      "10.0.2.15:::::::10.0.2.3:10.0.2.4"
      "10.0.2.15:::::::dns"
      "10.0.2.15::::::::dns"
      "10.0.2.15::::::::10.0.2.4:ntp"
      "10.0.2.15::::::::::"
      "::::web:eth1:dhcp"
      ":::::eth1"
      "::::-web-::dhcp"
      "::gateway:mask"
      "::::::off"
      "::::::magic"
      ":::::::::::"
    ];
    hostname = [
      "web"
      "web-1.example"
      "1"
      "-web"
      "web-"
      "my_vm"
      "web..example"
      "web."
      "é"
      (numbered 63)
      (numbered 64)
      "${numbered 32}.${numbered 31}"
      "${numbered 32}.${numbered 32}"
    ];
    panic = [
      0
      30
      2147483647
      2147483648
      (-1)
      (-2147483648)
      (-2147483649)
    ];
    log = [
      "udp://10.0.2.2"
      "tcp://10.0.2.2:1"
      "tcp://10.0.2.2:65535"
      "tcp://10.0.2.2:65536"
      "tcp://10.0.2.2:0"
      "tcp://10.0.2.2:+5"
      "tcp://10.0.2.2:"
      "tls://10.0.2.2"
      "10.0.2.2"
      "udp://host"
      "udp://10.0.2.256"
      "udp://10.0.2.02"
    ];
    ntp = [
      "10.0.2.4"
      "10.0.2.04"
      "0.0.0.0"
      "pool.example"
    ];
    status = [
      1
      80
      65535
      65536
      (-1)
    ];
    networkWait = seconds;
    grace = seconds;
    restart = [
      "always"
      "on-failure"
      "never"
      "sometimes"
      "Always"
    ];
    hotplug = [
      true
    ];
    ioUring = [ true ];
    tmpSize = [
      "64m"
      "1g"
      "4k"
      "3k"
      "4096"
      "4095"
      "10000"
      "64"
      "64mb"
      "m"
    ];
    sysctls = [
      { "vm.swappiness" = 10; }
      { "net.ipv4.ping_group_range" = "1 0"; }
      { "kernel" = 1; }
      { "kernel..x" = 1; }
    ];
    signals = [
      { SIGINT = "poweroff"; }
      { SIGPWR = "ignore"; }
      { SIGTERM = "reboot"; }
      { SIGUSR1 = "explode"; }
      { SIGUSR2 = "reboot"; }
      { SIGKILL = "reboot"; }
      { SIGHUP = "reboot"; }
    ];
    moduleParameters = [
      { e1000.Speed = 100; }
      { e1000.Speed = "100,100"; }
    ];
    moduleBlacklist = [
      [ "floppy" ]
      [
        "floppy"
        "pcspkr"
      ]
    ];
  };
  # of one program
  programValues = {
    user = [
      "www"
      "33"
      33
      0
      65533
      65534
      "www-data:33"
      "www:0"
      "www:65534"
      "root"
      "root:5"
      "_x"
      "9x"
      "Www"
      (numbered 32)
      (numbered 33)
    ];
    workingDirectory = [
      "/"
      "/data"
      "/var/lib/app"
      "/a/../b"
      "/a/.."
      "data"
    ];
    stopSignal = [
      "SIGQUIT"
      "SIGRTMIN"
      "SIGRTMIN+3"
      "SIGRTMIN+30"
      "SIGRTMIN+31"
      "SIGNONE"
      "QUIT"
    ];
    stdin = [
      "null"
      "open"
      "tty"
    ];
    capabilities = [
      [ "net_raw" ]
      [
        "net_admin"
        "sys_time"
      ]
      [ "sys_admin" ]
      [ "CAP_NET_RAW" ]
    ];
    limits = [
      { memory = "64m"; }
      { memory = "4096"; }
      { memory = "4095"; }
      { memory = "3k"; }
      { memory = "4k"; }
      { memory = "64MB"; }
      { cpu = 50; }
      { cpu = 0; }
      { cpu = 100001; }
      { processes = 1; }
      { processes = 0; }
      { files = 15; }
      { files = 16; }
      { files = 1048576; }
      { files = 1048577; }
    ];
    after = [
      { db = "start"; }
      {
        db = 5432;
        job = "end";
      }
      { db = 0; }
      { db = 65536; }
      { db = "ready"; }
      { db.prints = "ready to accept connections: port=5432"; }
      { db.prints = ""; }
    ];
    check = [
      80
      65535
      0
      65536
      "8080"
      "80/"
      "80/health?full=1&x=%20"
      "0/a"
      "65536/a"
      "/a"
      "80/a b"
      "http://a"
    ];
    writable = [
      { "/data" = "16m"; }
      {
        "/var/lib/a" = "1g";
        "/var/lib/b" = null;
      }
      { "/" = null; }
      { "/etc/x" = null; }
      { "/proc" = null; }
      { "/devices" = null; }
      { "/a/../b" = null; }
      { "data" = null; }
      { "/data" = "1"; }
    ];
  };
  seconds = [
    0
    3600
    3601
    (-1)
  ];
  numbered = count: lib.concatMapStrings (_: "x") (builtins.genList (_: null) count);

  # of each value of each setting, accepted or refused, a tabulator, a word
  verdicts =
    settings: wordsOf: values:
    lib.concatMapStrings (
      name:
      let
        setting = settings.${name};
        verdict = value: if setting.test value then "accepted" else "refused";
      in
      lib.concatMapStrings (
        value: lib.concatMapStrings (word: "${verdict value}\t${word}\n") (wordsOf setting value)
      ) values.${name}
    ) (lib.attrNames values);
  untried =
    lib.subtractLists (lib.attrNames values) (lib.attrNames settings)
    ++ lib.subtractLists (lib.attrNames programValues) (lib.attrNames programSettings);
in
if untried != [ ] then
  throw "nix/checks/settings.nix has no values to try for ${lib.concatStringsSep ", " untried}"
else
  crates.init.testWith {
    pname = "settings";
    env.SETTINGS = writeText "settings" (
      verdicts settings (setting: setting.words) values
      + verdicts programSettings (setting: setting.words "web") programValues
    );
    # cargo is content when no test ran at all
    cargoTestExtraArgs = ''
      --test settings -- --include-ignored | tee output
      grep -q '2 passed' output
    '';
  }
