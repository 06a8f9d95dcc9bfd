# What mkMachine takes: each argument tested, the defaults filled in, the programs by name, or one clear error before
# anything is built.
{
  lib,
  settings,
  programSettings,
  # what a machine can ask for, by name
  features,
  limits,
  # what a machine can be made for, by name
  profileNames,
  # the failure with a message
  fail,
}:
let
  # a string is not looked up anywhere else: a build has nothing of the host's but what is in the store
  isProgram =
    value:
    let
      store = builtins.storeDir + "/";
    in
    if lib.isString value then
      builtins.substring 0 (builtins.stringLength store) value == store
    else
      builtins.isPath value || lib.isAttrs value && value ? outPath;
  isArguments = value: lib.isList value && lib.all isLine value;
  aProgram = "the path of a static executable, such as ./hello or \"\${hello}/bin/hello\"";

  # What each argument is where it is not given, what it must be in words, and the test for that.
  arguments =
    settings
    // programSettings
    // {
      program = {
        default = null;
        wanted = aProgram;
        test = value: value == null || isProgram value;
      };
      args = {
        default = [ ];
        wanted = "a list of strings without line breaks";
        test = isArguments;
      };
      closure = {
        default = false;
        wanted = "true, if the program is to bring along all that it refers to in the store, or false";
        test = builtins.isBool;
      };
      env = {
        default = { };
        wanted = "variables by name, strings or numbers, such as { GREETING = \"hello\"; }";
        test =
          value:
          lib.isAttrs value
          && lib.all (
            name:
            builtins.match "[A-Za-z_][A-Za-z0-9_]*" name != null
            && (lib.isString value.${name} || builtins.isInt value.${name})
          ) (lib.attrNames value);
      };
      programs = {
        default = { };
        wanted = "programs by name: each a path, or { program; args; env; restart; … }";
        test = value: lib.isAttrs value && !isProgram value;
      };
      name = {
        default = "scratchmachine";
        wanted = "at most 128 letters, digits, '-' and '_', as the name of the image file";
        test = value: lib.isString value && builtins.match "[A-Za-z0-9][A-Za-z0-9_-]{0,127}" value != null;
      };
      profile = {
        default = "default";
        wanted = "one of ${lib.concatStringsSep ", " profileNames}";
        test = value: builtins.elem value profileNames;
      };
      modules = {
        default = null;
        wanted = "a list of kernel modules by name, such as [ \"e1000\" ]";
        test =
          value:
          value == null
          ||
            lib.isList value
            && lib.all (name: lib.isString name && builtins.match "[A-Za-z0-9_-]+" name != null) value;
      };
      files = {
        default = { };
        wanted = "files by absolute path, each a path, a string that names one in the store, or { text = \"…\"; }; none of them init's own";
        test =
          value:
          lib.isAttrs value
          && lib.all (
            path:
            builtins.match "(/[A-Za-z0-9@%+_.-]+)+" path != null
            && builtins.match ".*/[.][.]?(/.*)?" path == null
            &&
              builtins.match "/(init|programs|proc|sys|dev|run|tmp|home|nix|lib/modules|var/tmp|var/run|etc/scratchmachine[.].*|etc/resolv[.]conf|etc/hosts|etc/hostname)(/.*)?" path
              == null
            && (
              let
                it = value.${path};
              in
              isProgram it || lib.isAttrs it && lib.attrNames it == [ "text" ] && lib.isString it.text
            )
          ) (lib.attrNames value);
      };
      certificates = {
        default = false;
        wanted = "true, for the authorities that Mozilla trusts, or a list of files with others beside them";
        test = value: builtins.isBool value || lib.isList value && lib.all isProgram value;
      };
      timeZones = {
        default = false;
        wanted = "true or false";
        test = builtins.isBool;
      };
      features = {
        default = [ ];
        wanted = "a list of ${lib.concatStringsSep ", " (lib.attrNames features)}";
        test = value: lib.isList value && lib.all (name: lib.isString name && features ? ${name}) value;
      };
      kernelConfig = {
        default = { };
        wanted = "values of the kernel's options, such as { CONFIG_BTRFS_FS = \"y\"; }: y, m, n, a number, or a string in quotes";
        test =
          value:
          lib.isAttrs value
          && lib.all (
            name:
            builtins.match "CONFIG_[A-Za-z0-9_]+" name != null
            && lib.isString value.${name}
            && builtins.match "y|m|n|-?[0-9]+|0x[0-9a-fA-F]+|\"[^\"\n]*\"" value.${name} != null
          ) (lib.attrNames value);
      };
      kernelParams = {
        default = [ ];
        wanted = "a list of words for the kernel's command line, of printable ASCII, each with its white space in quotes, and none of them '--', behind which the kernel reads nothing";
        test = value: lib.isList value && lib.all isWord value;
      };
    };
  # of each of several programs
  programArguments = {
    program = {
      wanted = aProgram;
      test = isProgram;
    };
    inherit (arguments) args closure env;
    inherit (settings) restart;
  }
  // programSettings;
  has = part: value: builtins.replaceStrings [ part ] [ "" ] value != value;
  isLine = value: lib.isString value && !has "\n" value;
  # as settings are, and with blanks in quotes
  isWord =
    value:
    lib.isString value
    && builtins.match "[!#-~]+|[!#-~]*\"[ !#-~]*\"" value != null
    && builtins.replaceStrings [ "\"" ] [ "" ] value != "--";

  # what was given, tested, and the defaults
  checked =
    arguments: what: given:
    let
      unknown = lib.subtractLists (lib.attrNames arguments) (lib.attrNames given);
      value =
        name: argument:
        let
          it =
            given.${name} or argument.default
              or (fail "the argument '${name}'${what} is missing: give ${argument.wanted}");
        in
        if argument.test it then it else fail "the argument '${name}'${what} must be ${argument.wanted}";
    in
    if !lib.isAttrs given then
      fail "its argument must be an attribute set: mkMachine { program = …; }"
    else if unknown != [ ] then
      fail "unknown argument '${lib.concatStringsSep "', '" unknown}'${what}: it takes ${lib.concatStringsSep ", " (lib.attrNames arguments)}"
    else
      lib.mapAttrs value arguments;

  # The name of a program that is given without one: its file's, without the hash that a file directly in the
  # store has before it. It is a name only, not a dependency.
  nameOf =
    program:
    let
      file = baseNameOf (
        if builtins.isPath program then
          toString program
        else
          builtins.unsafeDiscardStringContext "${program}"
      );
      unhashed = builtins.match "[0-9a-df-np-sv-z]{32}-(.+)" file;
    in
    if unhashed == null then file else builtins.head unhashed;

  # By name, whichever way they were given.
  programsOf =
    {
      program,
      programs,
      ...
    }@all:
    let
      # what goes with a single program
      own = lib.subtractLists [
        "program"
        "restart"
      ] (lib.attrNames programArguments);
      given = builtins.filter (name: all.${name} != arguments.${name}.default) own;
      single = {
        inherit program;
      }
      // builtins.listToAttrs (
        map (name: {
          inherit name;
          value = all.${name};
        }) given
      );
      named =
        name: value:
        if builtins.match "[A-Za-z0-9][A-Za-z0-9._+-]{0,127}" name == null then
          fail "a program's name must be of at most 128 letters, digits, '.', '_', '+' and '-', not '${name}': name it by programs = { … }"
        else if name == "init" || name == "kernel" then
          # whoever reads the log must be able to tell them apart
          fail "a program can't be called '${name}' in the log: name it otherwise, by programs = { … }"
        else
          let
            it = checked programArguments " of the program '${name}'" (
              if lib.isAttrs value && !isProgram value then value else { program = value; }
            );
          in
          assert limits.arguments {
            inherit name;
            path = "/programs/${name}/exe";
            given = it.args;
          };
          it
          // {
            program =
              if builtins.isPath it.program then
                # a file's own name may be one that the store does not take
                builtins.path {
                  path = it.program;
                  inherit name;
                }
              else
                it.program;
          };
    in
    if (program == null) == (programs == { }) then
      fail "give either 'program', ${aProgram}, or 'programs'"
    else if program == null && given != [ ] then
      fail "'${builtins.head given}' goes with 'program': give each of several programs its own"
    else
      different (
        lib.mapAttrs named (if program == null then programs else { ${nameOf program} = single; })
      );

  # No two programs are the same user: what one leaves behind is killed when it ends.
  different =
    programs:
    let
      numberOf =
        user:
        let
          number = builtins.match "([a-z0-9_-]*:)?([0-9]+)" (toString user);
        in
        if number == null then [ ] else [ (builtins.elemAt number 1) ];
      users = map (name: programs.${name}.user) (lib.attrNames programs);
      numbers = builtins.concatMap numberOf users;
      isTwice = number: builtins.length (builtins.filter (other: other == number) numbers) > 1;
      twice = builtins.filter isTwice numbers;
    in
    if twice != [ ] then
      fail "two programs can't both be the user ${builtins.head twice}: give each its own"
    else
      ordered programs;

  # Each program waits for others that there are, and none for itself, however indirectly.
  ordered =
    programs:
    let
      names = lib.attrNames programs;
      othersOf = name: lib.attrNames programs.${name}.after;
      unknown = lib.subtractLists names (builtins.concatMap othersOf names);
      # those that can start after these, until there are no more
      startable =
        started:
        let
          next = builtins.filter (name: lib.all (other: builtins.elem other started) (othersOf name)) (
            lib.subtractLists started names
          );
        in
        if next == [ ] then started else startable (started ++ next);
      stuck = lib.subtractLists (startable [ ]) names;
    in
    if unknown != [ ] then
      fail "'after' names '${builtins.head unknown}', which is none of the programs: ${lib.concatStringsSep ", " names}"
    else if stuck != [ ] then
      fail "these programs wait for each other: ${lib.concatStringsSep ", " stuck}: take one 'after' away"
    else
      programs;
in
given:
let
  all = checked arguments "" given;
in
all // { programs = programsOf all; }
