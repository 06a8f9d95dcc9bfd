# mkMachine: the assembly line from static programs to a machine that boots.
#
#   mkMachine {
#     program = "${web}/bin/web";              # a static executable for x86_64 Linux
#     args = [ "--root" "/" ];                 # its arguments
#     # or several: programs = { web = "${web}/bin/web"; job = { program = ./job; restart = "never"; }; };
#     name = "web";                            # of the image and the runner
#     profile = "default";                     # or "tiny": docs/reference/profiles.md
#     modules = [ "e1000" ];                   # drivers in the image, by module name
#     features = [ "ipv6" ];                   # what else the kernel is to do: features.nix
#     env.GREETING = "hello";                  # and user, limits, writable, …, of each program: program-settings.nix
#     ip = "dhcp"; status = 81;                # settings: settings.nix has them all
#     kernelParams = [ "quiet" ];              # more words for the kernel's command line
#   }
#   ⇒ { init, kernel, modules, programs, initrd, iso, vm, microvm, microvmImage, provenance, sbom, closure, audit,
#     verify, and the image as raw, qcow2, vmdk, …: export.nix }: derivations, fit to be a flake's `packages`
{
  lib,
  callPackage,
  runCommand,
  scratchmachine,
  settings,
  programSettings,
  # by name: profiles.nix
  profiles,
  # the functions that make the parts
  executable,
  mkInitrd,
  mkIso,
  mkExports,
  # init's crate
  crates,
  # the functions that make the evidence
  mkProvenance,
  mkSbom,
  mkClosure,
  mkVerb,
}:
let
  fail = message: throw "mkMachine: ${message}";
  limits = callPackage ./limits.nix { inherit fail; };
  features = import ./features.nix;
  arguments = callPackage ./arguments.nix {
    inherit
      fail
      features
      limits
      programSettings
      ;
    # the microvm's kernel knows no hardware that a BIOS could start
    profileNames = lib.subtractLists [ "microvm" ] (lib.attrNames profiles);
  };
  mkFiles = callPackage ./files.nix { };
  mkMicrovm = callPackage ./microvm.nix { };
  mkModules = callPackage ./modules.nix { };
  mkPrograms = callPackage ./programs.nix { };
  mkRunner = callPackage ./runner.nix { };
  has = part: value: builtins.replaceStrings [ part ] [ "" ] value != value;

  assemble =
    given:
    let
      inherit (given) name kernelParams programs;
      profile = profiles.${given.profile};
      kernel = profile.kernel.withOptions given.kernelConfig;
      microvmKernel = profiles.microvm.kernel.withOptions given.kernelConfig;
      files = mkFiles { inherit (given) files certificates timeZones; };
      asked = map (name: features.${name}) given.features;
      modules =
        if given.modules == null then
          if profile.modules == null then [ ] else profile.modules
        else if profile.modules == null && given.modules != [ ] then
          fail "the profile '${given.profile}' takes no modules: its driver is in the kernel, so leave 'modules' out or take another profile"
        else
          given.modules;
      featureModules =
        if asked != [ ] && profile.modules == null then
          fail "the profile '${given.profile}' has no features: its kernel takes no modules, so leave 'features' out or take another profile"
        else
          builtins.concatMap (feature: feature.modules) asked;
      load = builtins.concatMap (feature: if feature.load or false then feature.modules else [ ]) asked;
      sysctls = builtins.foldl' (all: feature: all // feature.sysctls or { }) { } asked // given.sysctls;
      words =
        builtins.concatMap (setting: settings.${setting}.words given.${setting}) (
          lib.subtractLists [ "sysctls" ] (lib.attrNames settings)
        )
        ++ settings.sysctls.words sysctls
        ++ builtins.concatMap (
          program:
          builtins.concatMap (
            setting: programSettings.${setting}.words program programs.${program}.${setting}
          ) (lib.attrNames programSettings)
        ) (lib.attrNames programs)
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
          builtIn = profile.kernel.builtInCommandLine;
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
        initrd = mkInitrd {
          inherit identity;
          settings = words;
          inherit (profile) windowLog;
          inherit (machine) init programs modules;
          inherit files;
        };
        iso = mkIso {
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
        mkMicrovm {
          inherit name identity;
          kernel = microvmKernel;
          # QEMU puts a word of up to 37 bytes behind it for each of at most 8 virtio devices
          commandLine = commandLineOf profiles.microvm 296;
          initrd = mkInitrd {
            inherit identity;
            settings = words;
            inherit (machine) init programs;
            inherit files;
            modules = mkModules {
              kernel = microvmKernel;
              modules = profiles.microvm.modules ++ featureModules;
              inherit load;
            };
            inherit (profiles.microvm) windowLog;
          };
        };

      machine = {
        inherit kernel;
        inherit (image identity) initrd iso;
        init = executable {
          name = "init";
          file = "${crates.init.package}/bin/init";
          # panic = "abort"
          unwinds = false;
        };
        programs = mkPrograms programs;
        modules = mkModules {
          inherit kernel load;
          modules = modules ++ featureModules;
        };
        vm = mkRunner {
          name = "${name}-vm";
          image = "${machine.iso}/${machine.iso.file}";
          description = "boot the machine in QEMU, its console in the terminal";
        };
        # $out: the least memory that it boots with, in units of 1,048,576 bytes
        memory = runCommand "${name}-memory" { } ''
          ${scratchmachine}/bin/scratchmachine run --least-memory ${machine.iso}/${machine.iso.file} >$out
        '';
        microvmImage = microvmImage (identityOf microvmImage);
        microvm = mkRunner {
          name = "${name}-microvm";
          image = machine.microvmImage;
          description = "boot the machine in QEMU's microvm, without firmware and boot loader";
        };
        provenance = mkProvenance {
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
        sbom = mkSbom {
          inherit name;
          inherit (machine) provenance;
        };
        closure = mkClosure machine.iso;
        audit = mkVerb {
          verb = "audit";
          environment = {
            SCRATCHMACHINE_PROVENANCE = machine.provenance;
            SCRATCHMACHINE_CLOSURE = machine.closure;
          };
          description = "what every byte of the machine's image, or of another, is and where it is from";
        };
        verify = mkVerb {
          verb = "verify";
          environment.SCRATCHMACHINE_IMAGE = "${machine.iso}/${machine.iso.file}";
          description = "whether a file is the machine's image, and if not, what differs";
        };
      };
    in
    machine // mkExports machine.iso;
in
given: assemble (arguments given)
