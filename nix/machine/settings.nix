# The settings of init (docs/configuration.md) as arguments of mkMachine, each with what it must be, a test for
# that, and the words that it becomes. `null`, where it is allowed, leaves a setting to init's own default.
{ lib }:
let
  # of printable ASCII: the kernel takes also 0xa0, a part of some letters, for white space
  # And without a store path, which would come along into the image.
  isWord =
    value: lib.isString value && builtins.match "[!#-~]+" value != null && !builtins.hasContext value;
  isNatural = value: builtins.isInt value && value >= 0;

  matches = pattern: value: isWord value && builtins.match pattern value != null;
  # without zeros before it, which some take to mean octal
  number = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  address = "${number}([.]${number}){3}";
  isAddress = matches address;
  # not 0.*, 127.* and from 224.* on
  isHost = value: isAddress value && !matches "(0|127|22[4-9]|2[3-5][0-9])[.].*" value;
  # ones, then zeros
  isNetmask =
    let
      part = "(0|128|192|224|240|248|252|254)";
    in
    matches "${part}[.]0[.]0[.]0|255[.]${part}[.]0[.]0|255[.]255[.]${part}[.]0|255[.]255[.]255[.](${part}|255)";
  port = import ./port.nix;
  label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  isHostName = value: matches "${label}([.]${label})*" value && builtins.stringLength value <= 64;
  # as src/config/ip.rs reads it
  isIp =
    value:
    let
      fields = builtins.filter builtins.isString (builtins.split ":" value);
      field = index: if index < builtins.length fields then builtins.elemAt fields index else "";
      may = test: index: field index == "" || test (field index);
      isMethod = matches "dhcp|on|any|both|off|none";
      # with a server all that concerns the network is the server's to say
      hasAddress = field 0 != "" && field 0 != "0.0.0.0";
      isGateway = value: value == "0.0.0.0" || isHost value && value != field 0;
    in
    isWord value
    && (
      isMethod value
      ||
        builtins.length fields <= 10
        && (!hasAddress || isHost (field 0))
        && may isHostName 4
        && may isMethod 6
        && (!hasAddress || may isGateway 2 && may isNetmask 3 && may isAddress 7 && may isAddress 8)
    );
  isName = matches "[A-Za-z0-9_-]+";

  optional = key: wanted: test: {
    default = null;
    inherit wanted;
    test = value: value == null || test value;
    words = value: if value == null then [ ] else [ "${key}=${toString value}" ];
  };
  switch = key: {
    default = false;
    wanted = "true or false";
    test = builtins.isBool;
    words = value: if value then [ "${key}=1" ] else [ ];
  };
  seconds =
    key: optional key "a number of seconds from 0 to 3600" (value: isNatural value && value <= 3600);
  oneOf =
    key: values:
    optional key "one of ${lib.concatStringsSep ", " values}" (value: builtins.elem value values);
in
{
  ip = {
    default = "dhcp";
    wanted = "a word in the kernel's ip= syntax, such as \"dhcp\" or \"10.0.2.15:::255.255.255.0\"";
    test = isIp;
    words = value: [ "ip=${value}" ];
  };
  hostname = optional "hostname" "a host name: letters, digits and '-', at most 64 in all" isHostName;
  # as much as the kernel takes, an int
  panic = optional "panic" "a number of seconds, below 2^31: 0 for never, -1 for at once" (
    value: builtins.isInt value && value >= -2147483648 && value <= 2147483647
  );
  log = optional "scratchmachine.log" "\"udp://ADDRESS[:PORT]\" or \"tcp://ADDRESS[:PORT]\"" (
    matches "(udp|tcp)://${address}(:${port})?"
  );
  ntp = optional "scratchmachine.ntp" "the IPv4 address of a time server" isAddress;
  status = optional "scratchmachine.status" "a port, from 1 to 65535" (
    value: isNatural value && value >= 1 && value <= 65535
  );
  networkWait = seconds "scratchmachine.network_wait";
  grace = seconds "scratchmachine.grace";
  restart = oneOf "scratchmachine.restart" [
    "always"
    "on-failure"
    "never"
  ];
  hotplug = switch "scratchmachine.hotplug";
  ioUring = switch "scratchmachine.io_uring";
  tmpSize = optional "scratchmachine.tmp_size" "a size in bytes, at least 4096, such as \"64m\"" (
    matches (import ./size.nix)
  );
  sysctls = {
    default = { };
    wanted = "values by name, such as { \"vm.swappiness\" = 10; }, none of them sealed by init";
    test =
      value:
      lib.isAttrs value
      && lib.all (
        name:
        builtins.match "[A-Za-z0-9_/-]+([.][A-Za-z0-9_/-]+)+" name != null
        # src/seal.rs
        &&
          builtins.match "kernel[.](modules_disabled|kexec_load_disabled|dmesg_restrict|kptr_restrict|unprivileged_bpf_disabled|yama[.]ptrace_scope|perf_event_paranoid|oops_limit|io_uring_disabled)|fs[.]protected_(fifos|regular)|net[.]ipv4[.]conf[.][^.]+[.](accept_redirects|accept_source_route)" name
          == null
        && (
          builtins.isInt value.${name}
          ||
            lib.isString value.${name}
            && builtins.match "[!#-~]+( [!#-~]+)*" value.${name} != null
            && !builtins.hasContext value.${name}
        )
      ) (lib.attrNames value);
    words =
      value:
      map (
        name:
        let
          word = "scratchmachine.sysctl.${name}=${toString value.${name}}";
        in
        if builtins.match ".* .*" word != null then "\"${word}\"" else word
      ) (lib.attrNames value);
  };
  signals = {
    default = { };
    wanted = "\"reboot\", \"poweroff\" or \"ignore\" by signal, such as { SIGINT = \"poweroff\"; }";
    test =
      value:
      lib.isAttrs value
      && lib.all (name: builtins.match "SIG(INT|TERM|PWR|USR1|USR2)" name != null) (lib.attrNames value)
      && lib.all (
        request:
        builtins.elem request [
          "reboot"
          "poweroff"
          "ignore"
        ]
      ) (builtins.attrValues value);
    words =
      value: map (signal: "scratchmachine.signal.${signal}=${value.${signal}}") (lib.attrNames value);
  };
  moduleParameters = {
    default = { };
    wanted = "parameters by module, such as { e1000 = { Speed = 100; }; }";
    test =
      value:
      lib.isAttrs value
      && lib.all (
        module:
        isName module
        && !builtins.elem module [
          # init's own
          "scratchmachine"
          # the kernel's, which are for its command line
          "sysctl"
        ]
      ) (lib.attrNames value)
      && lib.all (
        parameters:
        lib.isAttrs parameters
        && lib.all isName (lib.attrNames parameters)
        && lib.all (it: builtins.isInt it || isWord it) (builtins.attrValues parameters)
      ) (builtins.attrValues value);
    words =
      value:
      builtins.concatMap (
        module:
        map (name: "${module}.${name}=${toString value.${module}.${name}}") (lib.attrNames value.${module})
      ) (lib.attrNames value);
  };
  moduleBlacklist = {
    default = [ ];
    wanted = "a list of kernel modules by name that are never loaded";
    test = value: lib.isList value && lib.all isName value;
    words =
      value: if value == [ ] then [ ] else [ "module_blacklist=${lib.concatStringsSep "," value}" ];
  };
}
