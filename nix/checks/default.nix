# What `nix flake check` builds, by name.
{
  pkgs,
  mkMachine,
  machine,
  tiny,
  sizes,
  crates,
  advisories,
  reproduce,
  kernelCost,
  foundation,
}:
let
  ofCrate = name: crate: {
    "${name}-clippy" = crate.clippy;
    "${name}-fmt" = crate.fmt;
  };
  vex = import ./advisories.nix { inherit pkgs machine advisories; };
in
ofCrate "init" crates.init
// ofCrate "hello" crates.hello
// ofCrate "harness" crates.harness
// ofCrate "guest" crates.guest
// ofCrate "fuzz" crates.fuzz
// ofCrate "advisories" crates.advisories
// ofCrate "configure" crates.configure
// ofCrate "audit" crates.audit
// ofCrate "bench" crates.bench
// ofCrate "validator" crates.validator
// {
  advisories = vex;
  advisories-test = crates.advisories.test;
  audit-test = import ./audit.nix {
    inherit
      pkgs
      mkMachine
      machine
      crates
      ;
  };
  bench-test = crates.bench.test;
  init-test = crates.init.test;
  hello-test = crates.hello.test;
  arguments = import ./arguments.nix { inherit pkgs mkMachine crates; };
  boot = import ./boot.nix {
    inherit
      pkgs
      mkMachine
      machine
      tiny
      crates
      ;
  };
  budget = import ./budget.nix { inherit pkgs sizes foundation; };
  budget-tables = import ./budget-tables.nix { inherit pkgs; };
  compiler = import ./compiler.nix { inherit pkgs; };
  lib = import ./lib.nix { inherit pkgs; };
  configure-test = crates.configure.testWith { MACHINE_ISO = "${machine.iso}/${machine.iso.file}"; };
  collector = import ./collector.nix { inherit pkgs crates; };
  executable = import ./executable.nix { inherit pkgs crates; };
  fuzz = import ./fuzz.nix { inherit pkgs crates; };
  initrd-is-closed = import ./initrd-is-closed.nix { inherit pkgs machine; };
  hardening-tables = import ./hardening-tables.nix { inherit pkgs; };
  kernel-config = import ./kernel-config.nix { inherit pkgs; };
  kernel-hardening = import ./kernel-hardening.nix { inherit pkgs machine; };
  kernel-patches = import ./kernel-patches.nix {
    inherit pkgs;
    inherit (machine) kernel;
  };
  make-initrd = import ./make-initrd.nix { inherit pkgs; };
  memory = import ./memory.nix {
    inherit
      pkgs
      machine
      tiny
      crates
      ;
  };
  no-equal-files = import ./no-equal-files.nix {
    inherit
      pkgs
      mkMachine
      tiny
      crates
      ;
  };
  nix-fmt = import ./nix-fmt.nix { inherit pkgs; };
  our-executables = import ./our-executables.nix { inherit pkgs crates machine; };
  sbom = import ./sbom.nix {
    inherit
      mkMachine
      machine
      crates
      vex
      ;
  };
  shellcheck = import ./shellcheck.nix {
    inherit
      pkgs
      machine
      reproduce
      kernelCost
      ;
  };
  sources = import ./sources.nix { inherit pkgs; };
  sysctls = import ./sysctls.nix { inherit pkgs machine; };
}
