# The settings of one program (docs/reference/settings.md) as arguments of mkMachine, each with what it must be, a test for
# that, and the words `scratchmachine.KEY.PROGRAM=VALUE` that it becomes for a program.
{ lib }:
let
  matches = pattern: value: lib.isString value && builtins.match pattern value != null;
  isNumber =
    least: most: value:
    builtins.isInt value && value >= least && value <= most;
  size = import ./size.nix;
  # nothing that leads elsewhere, and no character that the settings have a meaning for
  isPath =
    value:
    matches "(/[A-Za-z0-9@%+_.-]+)+/?" value
    && builtins.match ".*/[.][.]?(/.*)?" value == null
    && !builtins.hasContext value;
  # init's own
  isWritable =
    value:
    isPath value && builtins.match "/(proc|sys|dev|run|programs|etc|lib/modules)(/.*)?" value == null;
  capabilities = [
    "ipc_lock"
    "ipc_owner"
    "kill"
    "net_admin"
    "net_bind_service"
    "net_broadcast"
    "net_raw"
    "sys_nice"
    "sys_resource"
    "sys_time"
    "wake_alarm"
  ];

  optional = key: wanted: test: {
    default = null;
    inherit wanted;
    test = value: value == null || test value;
    settings = value: if value == null then { } else { ${key} = toString value; };
  };
  # of printable ASCII, without what separates settings
  isText =
    value:
    matches "[ -!#-+.-~-]+" value && builtins.stringLength value <= 200 && !builtins.hasContext value;
  # as the kernel's command line has words with blanks in them
  quoted = value: if builtins.match "[^ ]*" value == null then "\"${value}\"" else value;
  port = import ./port.nix;

  limits = {
    memory = optional "memory" "" (matches size);
    cpu = optional "cpu" "" (isNumber 1 100000);
    processes = optional "processes" "" (isNumber 1 4000000);
    files = optional "files" "" (isNumber 16 1048576);
  };
in
lib.mapAttrs
  (
    _: setting:
    setting
    // {
      words =
        program: value:
        let
          given = setting.settings value;
        in
        map (key: "scratchmachine.${key}.${program}=${quoted given.${key}}") (lib.attrNames given);
    }
  )
  {
    # restart is in settings.nix, since it is a machine's as well
    user =
      optional "user" "a user by name, by number from 1 to 65533, or \"NAME:NUMBER\", and not root"
        (
          value:
          isNumber 1 65533 value
          ||
            matches "[1-9][0-9]{0,4}|[a-z_][a-z0-9_-]{0,31}(:[1-9][0-9]{0,4})?" value
            && value != "root"
            && builtins.match "root:.*|(.*:)?(6553[4-9]|655[4-9].|65[6-9]..|6[6-9]...|[7-9]....)" value == null
        );
    workingDirectory = optional "directory" "an absolute path without '..'" (
      value: value == "/" || isPath value
    );
    stopSignal = optional "stop_signal" "the name of a signal, such as \"SIGQUIT\"" (
      matches "SIG(HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|SYS|RTMIN([+]([0-9]|[12][0-9]|30))?)"
    );
    stdin = optional "stdin" "\"null\" or \"open\"" (
      value:
      builtins.elem value [
        "null"
        "open"
      ]
    );
    capabilities = {
      default = [ ];
      wanted = "a list of capabilities: ${lib.concatStringsSep ", " capabilities}";
      test = value: lib.isList value && lib.all (name: builtins.elem name capabilities) value;
      settings = value: if value == [ ] then { } else { capabilities = lib.concatStringsSep "," value; };
    };
    limits = {
      default = { };
      wanted = "limits by name: memory, such as \"64m\"; cpu, in hundredths of a processor; processes; files, from 16 to 1048576";
      test =
        value:
        lib.isAttrs value
        && lib.all (name: limits ? ${name} && limits.${name}.test value.${name}) (lib.attrNames value);
      settings =
        value:
        builtins.foldl' (all: name: all // limits.${name}.settings value.${name}) { } (lib.attrNames value);
    };
    after = {
      default = { };
      wanted = "what it waits for, by program: \"start\", \"end\", the port that it listens on, such as { db = 5432; }, or what it prints, such as { db.prints = \"ready\"; }";
      test =
        value:
        lib.isAttrs value
        && lib.all (
          program:
          isNumber 1 65535 value.${program}
          ||
            lib.isAttrs value.${program}
            && lib.attrNames value.${program} == [ "prints" ]
            && isText value.${program}.prints
          || builtins.elem value.${program} [
            "start"
            "end"
          ]
        ) (lib.attrNames value);
      settings =
        value:
        let
          other =
            program:
            if value.${program} == "start" then
              program
            else if lib.isAttrs value.${program} then
              "${program}:prints=${value.${program}.prints}"
            else
              "${program}:${toString value.${program}}";
        in
        if value == { } then
          { }
        else
          { after = lib.concatStringsSep "," (map other (lib.attrNames value)); };
    };
    check =
      optional "check" "a port, or \"PORT/PATH\" of a page that has to be there, such as \"8080/healthz\""
        (
          value:
          isNumber 1 65535 value
          || matches "${port}(/[A-Za-z0-9/._~%?=&+-]*)?" value && builtins.stringLength value <= 200
        );
    writable = {
      default = { };
      wanted = "sizes by absolute path, such as { \"/var/lib/app\" = \"64m\"; }, or null for half of the memory; not within init's own directories";
      test =
        value:
        lib.isAttrs value
        && lib.all (path: isWritable path && (value.${path} == null || matches size value.${path})) (
          lib.attrNames value
        );
      settings =
        value:
        let
          place = path: if value.${path} == null then path else "${path}:${value.${path}}";
        in
        if value == { } then
          { }
        else
          { writable = lib.concatStringsSep "," (map place (lib.attrNames value)); };
    };
  }
