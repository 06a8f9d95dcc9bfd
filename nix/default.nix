# All outputs of the flake, from a foundation: nix/foundations has two, of one shape.
foundation:
let
  scope = import ./scope.nix (
    callPackage:
    foundation.pkgs
    // {
      inherit (foundation)
        craneLib
        staticCraneLib
        distribution
        command
        packages
        places
        inputs
        recorded
        ;
      foundationName = foundation.name;
      crate = callPackage ./crate.nix { };
      # nix/checks/interface.nix hands over those that it has evaluated
      crates = foundation.crates or (callPackage ./crates.nix { });

      demo = "${scope.crates.demo.package}/bin/hello";
      scratchmachine = callPackage ./scratchmachine.nix { };
      evidenceTools = scope.crates.provenance.package;

      mkKernel = callPackage ./kernel { };
      profiles = callPackage ./machine/profiles.nix { };
      executable = callPackage ./machine/executable.nix { };
      mkInitrd = callPackage ./machine/initrd.nix { };
      mkIso = callPackage ./machine/iso.nix { };
      mkExports = callPackage ./machine/export.nix { };
      settings = callPackage ./machine/settings.nix { };
      programSettings = callPackage ./machine/program-settings.nix { };
      mkMachine = callPackage ./machine { };

      sources = import ./evidence/sources.nix;
      mkProvenance = callPackage ./evidence/provenance.nix { };
      mkSbom = callPackage ./evidence/sbom.nix { };
      mkClosure = callPackage ./evidence/closure.nix { };
      mkVerb = callPackage ./evidence/verb.nix { };
      demoVerbs = callPackage ./evidence/demo.nix { };
      kernelSources = callPackage ./evidence/kernel-sources.nix { };
      reproduce = callPackage ./evidence/reproduce.nix { };

      # the demo machine, and the smallest that can be
      machine = scope.mkMachine {
        name = "scratchmachine";
        program = scope.demo;
      };
      tiny = scope.mkMachine {
        name = "tiny";
        profile = "tiny";
        program = callPackage ./bench/answer.nix { };
      };
      # by name, its image in every format
      exports = scope.mkExports scope.machine.iso;
      exportHashes = callPackage ./evidence/export-hashes.nix { };
      bench = callPackage ./bench { };
      bootTime = callPackage ./bench/boot-time.nix { };
      sizes = callPackage ./bench/sizes.nix { };
      limits = ./bench/limits.tsv;
      kernelCost = callPackage ./kernel/cost.nix { };
      record = callPackage ./record.nix { };
    }
  );
  inherit (scope)
    callPackage
    crates
    exports
    machine
    ;

  checks = callPackage ./checks { };

  # by name, what `nix run` runs
  programs = {
    inherit (machine)
      vm
      microvm
      audit
      verify
      ;
    inherit (scope.demoVerbs) advisories scratchmachine;
    inherit (scope) bench;
    # what shows differences is asked for here, so that a check of the script fetches nothing of it
    reproduce = scope.reproduce [
      scope.binutils
      scope.diffoscopeMinimal
      scope.zstd
    ];
    default = machine.vm;
    configure = scope.mkVerb {
      verb = "configure";
      description = "put settings over an ISO, or say which there are";
    };
    kernel-cost = scope.kernelCost;
    boot-test = checks.bootTest;
    inherit (scope) record;
  };
in
{
  inherit (scope) mkMachine;
  inherit crates;
  inherit (checks) checks;

  packages = {
    inherit (machine)
      closure
      initrd
      iso
      kernel
      memory
      microvm
      microvmImage
      provenance
      sbom
      vm
      ;
    inherit (scope)
      bench
      bootTime
      kernelSources
      scratchmachine
      sizes
      ;
    init = crates.init.package;
    hello = crates.demo.package;
    default = machine.iso;
  }
  // exports;
  # by name, each scenario of tests/boot as a program
  legacyPackages.boot = checks.scenarios;

  apps = builtins.mapAttrs (_: program: {
    type = "app";
    program = scope.lib.getExe program;
    meta = {
      inherit (program.meta) description;
    };
  }) programs;

  # apart from the checks, all of which it evaluates
  interface = import ./checks/interface.nix {
    inherit foundation;
    outputsFrom = import ./.;
  };

  devShell = callPackage ./shell.nix { };
  formatter = callPackage ./formatter.nix { };
}
