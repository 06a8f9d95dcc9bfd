# mkMachine: the assembly line from static programs to a machine that boots.
#
#   mkMachine {
#     program = "${web}/bin/web";              # a static executable for x86_64 Linux
#     args = [ "--root" "/" ];                 # its arguments
#     # or several: programs = { web = "${web}/bin/web"; job = { program = ./job; restart = "never"; }; };
#     name = "web";                            # of the image and the runner
#     profile = "default";                     # or "tiny": docs/profiles.md
#     modules = [ "e1000" ];                   # drivers in the image, by module name
#     ip = "dhcp"; status = 81;                # settings: nix/settings.nix has them all
#     kernelParams = [ "quiet" ];              # more words for the kernel's command line
#   }
#   ⇒ { init, kernel, modules, programs, initrd, iso, vm, microvm, microvmImage, provenance, sbom, closure, audit,
#     verify }: derivations, fit to be a flake's `packages`
{
  pkgs,
  init,
  # the profiles: nix/profiles.nix
  profiles,
  # our own crates, which an audit knows the sources of: init's first
  crates,
  audit,
  # what an audit can't know from derivations: nix/closure.nix
  outside,
}:
let
  inherit (pkgs) lib;

  executable = import ./executable.nix { inherit pkgs; };
  settings = import ./settings.nix { inherit lib; };
  limits = import ./limits.nix { inherit fail; };
  sources = import ./sources.nix;

  # the microvm's kernel knows no hardware that a BIOS could start
  profileNames = lib.subtractLists [ "microvm" ] (lib.attrNames profiles);

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
  arguments = settings // {
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
    programs = {
      default = { };
      wanted = "programs by name: each a path, or { program; args; restart; }";
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
    inherit (arguments) args;
    inherit (settings) restart;
  };
  has = part: value: builtins.replaceStrings [ part ] [ "" ] value != value;
  isLine = value: lib.isString value && !has "\n" value;
  # as settings are, and with blanks in quotes
  isWord =
    value:
    lib.isString value
    && builtins.match "[!#-~]+|[!#-~]*\"[ !#-~]*\"" value != null
    && builtins.replaceStrings [ "\"" ] [ "" ] value != "--";

  fail = message: throw "mkMachine: ${message}";
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
      args,
      programs,
      ...
    }:
    let
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
    else if program == null && args != [ ] then
      fail "'args' goes with 'program': give each of several programs its own"
    else
      lib.mapAttrs named (
        if program == null then programs else { ${nameOf program} = { inherit program args; }; }
      );

  assemble =
    given:
    let
      inherit (given) name kernelParams;
      profile = profiles.${given.profile};
      inherit (profile) kernel;
      modules =
        if given.modules == null then
          if profile.modules == null then [ ] else profile.modules
        else if profile.modules == null && given.modules != [ ] then
          fail "the profile '${given.profile}' takes no modules: its driver is in the kernel, so leave 'modules' out or take another profile"
        else
          given.modules;
      programs = programsOf given;
      words =
        builtins.concatMap (setting: settings.${setting}.words given.${setting}) (lib.attrNames settings)
        ++ builtins.concatMap (
          program:
          let
            inherit (programs.${program}) restart;
          in
          if restart == null then [ ] else [ "scratchmachine.restart.${program}=${restart}" ]
        ) (lib.attrNames programs);
      # `added` bytes are put around it by whoever starts the kernel
      commandLineOf =
        profile: added:
        let
          line = lib.concatStringsSep " " (
            profile.commandLine
            # also the kernel's own word, which it needs before there is any file
            ++ settings.panic.words given.panic
            # a driver that is in the kernel has them from nowhere else
            ++ (
              if profile.modules == null || profile.modules == [ ] then
                settings.moduleParameters.words given.moduleParameters
              else
                [ ]
            )
            ++ kernelParams
          );
        in
        assert limits.commandLine {
          inherit added line;
          given = kernelParams;
        };
        # isolinux takes the first one anywhere in the line for its own
        if has "initrd=" line then
          fail "the kernel's command line can't have 'initrd=' in it, which is the boot loader's: take it out of kernelParams and moduleParameters"
        else
          line;

      # Nix names a derivation by a hash over everything that goes into it. So the identity is a hash over all
      # that an image is made of and by, but for the identity itself.
      identityOf =
        image:
        builtins.substring 0 32 (
          builtins.hashString "sha256" (builtins.unsafeDiscardStringContext (image "").drvPath)
        );
      # initramfs and ISO of that identity
      image = identity: rec {
        initrd = import ./initrd.nix { inherit pkgs; } {
          inherit identity;
          settings = words;
          inherit (profile) windowLog;
          inherit (machine) init programs modules;
        };
        iso = import ./iso.nix { inherit pkgs; } {
          inherit
            name
            identity
            initrd
            ;
          # BOOT_IMAGE=/bzImage before it and initrd=/initrd,/settings behind it; and isolinux takes the limit to be one less
          commandLine = commandLineOf profile 46;
          settings = words;
          inherit (machine) kernel;
        };
      };
      identity = identityOf (identity: (image identity).iso);

      # what a virtual machine without firmware starts
      microvmImage =
        identity:
        import ./microvm.nix { inherit pkgs; } {
          inherit name identity;
          inherit (profiles.microvm) kernel;
          # QEMU puts a word of up to 37 bytes behind it for each of at most 8 virtio devices
          commandLine = commandLineOf profiles.microvm 296;
          initrd = import ./initrd.nix { inherit pkgs; } {
            inherit identity;
            settings = words;
            inherit (machine) init programs;
            modules = modulesOf profiles.microvm.kernel profiles.microvm.modules;
            inherit (profiles.microvm) windowLog;
          };
        };
      modulesOf = kernel: import ./modules.nix { inherit pkgs kernel; };

      machine = {
        inherit kernel;
        inherit (image identity) initrd iso;
        init = executable {
          name = "init";
          file = "${init}/bin/init";
          # panic = "abort"
          unwinds = false;
        };
        programs = import ./programs.nix { inherit pkgs executable; } programs;
        modules = modulesOf kernel modules;
        vm = import ./vm.nix { inherit pkgs; } {
          inherit name;
          app = "vm";
          machine = "-machine pc -cdrom ${machine.iso}/${machine.iso.file}";
          card = "e1000";
        };
        microvmImage = microvmImage (identityOf microvmImage);
        microvm = import ./vm.nix { inherit pkgs; } {
          inherit name;
          app = "microvm";
          machine = ''
            -machine 'microvm,acpi=off'
              -kernel ${machine.microvmImage}/vmlinux -initrd ${machine.microvmImage}/initrd
              -append "$(<${machine.microvmImage}/command-line)"'';
          card = "virtio-net-device";
        };
        provenance =
          import ./provenance.nix
            {
              inherit
                pkgs
                audit
                crates
                sources
                ;
            }
            {
              inherit (machine)
                iso
                initrd
                kernel
                init
                modules
                programs
                ;
              given = programs;
            };
        sbom = import ./sbom.nix { inherit pkgs audit; } {
          inherit name;
          inherit (machine) provenance;
        };
        closure = import ./closure.nix {
          inherit pkgs audit;
          inherit (outside) places inputs;
        } machine.iso;
        audit = import ./audit.nix { inherit pkgs audit; } { inherit (machine) provenance closure; };
        verify = import ./verify.nix { inherit pkgs audit; } machine.iso;
      };
    in
    machine;
in
given: assemble (checked arguments "" given)
