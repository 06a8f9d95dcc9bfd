# All outputs of the flake, from any package set that keeps to nix/interface.nix.
{
  pkgs,
  craneLib,
  staticCraneLib,
  # what an audit can't know from derivations: nix/closure.nix
  outside ? {
    places = { };
    inputs = [ ];
  },
  # what the benchmark holds ours against: a distribution's machine, and what stands for `nix` where this is built
  distribution,
  command,
  # which limits are to be held: nix/budget/limits.tsv
  foundation,
  # the place of `pkgs`, for what evaluates it again when it runs: a string. `pkgs.path` as one would be another copy.
  packages,
  # crates that somebody has already evaluated: nix/checks/interface.nix
  sharedCrates ? { },
}:
let
  inherit (pkgs) lib;
  crate = import ./crate.nix { inherit pkgs craneLib staticCraneLib; };
  crates = {
    advisories = crate.host {
      root = ../advisories;
      files = [ ../advisories ];
    };
    audit = crate.host {
      root = ../audit;
      files = [ ../audit ];
    };
    harness = crate.host {
      root = ../harness;
      files = [
        ../harness/Cargo.toml
        ../harness/Cargo.lock
        ../harness/src
        ../harness/tests
      ];
    };
    # on the Debian foundation, what runs on any host is static
    bench = crate.static {
      root = ../.;
      files = [
        ../harness/Cargo.toml
        ../harness/src
        ../bench
      ];
      directory = "bench";
    };
    # what the boot tests put into machines
    guest = crate.static {
      root = ../harness/guest;
      files = [ ../harness/guest ];
    };
    init = crate.static {
      root = ../.;
      files = [
        ../Cargo.toml
        ../Cargo.lock
        ../src
      ];
      tests = [
        ../tests
        # the dates of what images are made of
        ../flake.lock
      ];
    };
    fuzz = crate.host {
      root = ../.;
      files = [
        ../Cargo.toml
        ../src
        ../audit/Cargo.toml
        ../audit/src
        ../fuzz/.cargo
        ../fuzz/Cargo.lock
        ../fuzz/Cargo.toml
        ../fuzz/targets
      ];
      directory = "fuzz";
    };
    configure = crate.static {
      root = ../.;
      # init's own parser of settings, and the one of images, with it
      files = [
        ../Cargo.toml
        ../src
        ../audit/Cargo.toml
        ../audit/src
        ../configure/Cargo.toml
        ../configure/Cargo.lock
        ../configure/src
      ];
      tests = [ ../configure/tests ];
      directory = "configure";
    };
    validator = crate.host {
      root = ../validator;
      files = [ ../validator ];
    };
    hello = crate.static {
      root = ../hello;
      files = [
        ../hello/Cargo.toml
        ../hello/Cargo.lock
        ../hello/src
      ];
      tests = [ ../hello/tests ];
    };
  }
  // sharedCrates;

  profiles = import ./profiles.nix { inherit pkgs; };
  inherit (profiles.default) kernel;
  mkMachine = import ./machine.nix {
    inherit pkgs profiles outside;
    init = crates.init.package;
    audit = crates.audit.package;
    crates = [
      crates.init
      crates.hello
    ];
  };
  machine = mkMachine {
    name = "scratchmachine";
    program = "${crates.hello.package}/bin/hello";
  };

  bootTime = import ./boot-time.nix { inherit pkgs mkMachine crates; };

  tiny = mkMachine {
    name = "tiny";
    profile = "tiny";
    # the least that is a program
    program =
      pkgs.runCommandCC "answer" { } ''
        mkdir -p $out/bin
        gcc -Wall -Wextra -Werror -Os -s -nostdlib -ffreestanding -fno-stack-protector -static-pie -fPIE \
          -Wl,-z,relro,-z,now,-z,noexecstack,--build-id=none -o $out/bin/answer ${./checks/answer.c}
      ''
      + "/bin/answer";
  };
  sizes = import ./sizes.nix { inherit pkgs; } {
    inherit tiny;
    demo = machine;
    demo-without-program = import ./without-program.nix { inherit pkgs machine; };
  };

  kernelCost = import ./kernel-cost.nix { inherit pkgs packages; };

  advisories = import ./advisories.nix { inherit pkgs crates kernel; } {
    inherit (machine) provenance;
  };

  reproduce = import ./reproduce.nix {
    inherit pkgs machine;
    others = {
      # before they are made fit for an image
      init-crate = crates.init.package;
      hello-crate = crates.hello.package;
    };
  };
  bench = import ./bench.nix {
    inherit
      pkgs
      mkMachine
      machine
      distribution
      command
      crates
      ;
  };
  vm = {
    type = "app";
    program = lib.getExe machine.vm;
    meta.description = "boot the demo machine in QEMU, its console in the terminal";
  };
  microvm = {
    type = "app";
    program = lib.getExe machine.microvm;
    meta.description = "boot the demo machine in QEMU's microvm, without firmware and boot loader";
  };

  checks = import ./checks {
    inherit
      pkgs
      mkMachine
      machine
      tiny
      sizes
      crates
      advisories
      reproduce
      kernelCost
      foundation
      ;
  };
in
{
  inherit mkMachine checks crates;

  packages = {
    inherit bench;
    inherit (machine)
      closure
      initrd
      iso
      microvm
      microvmImage
      provenance
      sbom
      vm
      ;
    inherit kernel sizes bootTime;
    inherit (advisories) kernelSources;
    init = crates.init.package;
    hello = crates.hello.package;
    default = machine.iso;
  };

  apps = {
    inherit vm microvm;
    reproduce = {
      type = "app";
      program = lib.getExe (
        reproduce (
          with pkgs;
          [
            binutils
            diffoscopeMinimal
            zstd
          ]
        )
      );
      meta.description = "build what the image is made of again, under other conditions, and compare";
    };
    bench = {
      type = "app";
      program = lib.getExe bench;
      meta.description = "measure the demo machine beside others, and hold it against its budgets";
    };
    configure = {
      type = "app";
      program = "${crates.configure.package}/bin/configure";
      meta.description = "put settings over an ISO, or say which there are";
    };
    default = vm;
    kernel-cost = {
      type = "app";
      program = lib.getExe kernelCost;
      meta.description = "how many bytes of the kernel an option costs";
    };
    audit = {
      type = "app";
      program = lib.getExe machine.audit;
      meta.description = "what every byte of the demo machine's image, or of another, is and where it is from";
    };
    verify = {
      type = "app";
      program = lib.getExe machine.verify;
      meta.description = "whether a file is the demo machine's image, and if not, what differs";
    };
    advisories = {
      type = "app";
      program = lib.getExe advisories.program;
      meta.description = "known vulnerabilities of the demo machine, from databases in directories";
    };
  };

  devShell = import ./shell.nix { inherit pkgs craneLib; };
  formatter = import ./formatter.nix { inherit pkgs; };
}
