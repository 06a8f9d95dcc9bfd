# The settings of init (docs/configuration.md) as arguments of mkMachine, each with what it must be, a test for
# that, and the words that it becomes. `null`, where it is allowed, leaves a setting to init's own default.
{ lib }:
let
  isWord = value: lib.isString value && builtins.match "[^ \t\r\n\"]+" value != null;
  isNatural = value: builtins.isInt value && value >= 0;

  number = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
  address = "${number}([.]${number}){3}";
  isAddress = value: isWord value && builtins.match address value != null;
  label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  isName = value: isWord value && builtins.match "[A-Za-z0-9_-]+" value != null;

  optional = key: wanted: test: {
    default = null;
    inherit wanted;
    test = value: value == null || test value;
    words = value: if value == null then [ ] else [ "${key}=${toString value}" ];
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
    test = isWord;
    words = value: [ "ip=${value}" ];
  };
  hostname = optional "hostname" "a host name: letters, digits and '-', at most 64 in all" (
    value:
    isWord value
    && builtins.stringLength value <= 64
    && builtins.match "${label}([.]${label})*" value != null
  );
  panic = optional "panic" "a number of seconds up to 3600: 0 for never, -1 for at once" (
    value: builtins.isInt value && value >= -1 && value <= 3600
  );
  log = optional "scratchmachine.log" "\"udp://ADDRESS[:PORT]\" or \"tcp://ADDRESS[:PORT]\"" (
    value: isWord value && builtins.match "(udp|tcp)://${address}(:[0-9]{1,5})?" value != null
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
  hotplug = {
    default = false;
    wanted = "true or false";
    test = builtins.isBool;
    words = value: if value then [ "scratchmachine.hotplug=1" ] else [ ];
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
      && lib.all (module: isName module && module != "scratchmachine") (lib.attrNames value)
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
