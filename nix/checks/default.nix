# What `nix flake check` builds, by name.
{
  pkgs,
  mkMachine,
  machine,
  crates,
}:
let
  ofCrate = name: crate: {
    "${name}-clippy" = crate.clippy;
    "${name}-fmt" = crate.fmt;
  };
in
ofCrate "init" crates.init
// ofCrate "hello" crates.hello
// ofCrate "harness" crates.harness
// ofCrate "guest" crates.guest
// ofCrate "fuzz" crates.fuzz
// {
  init-test = crates.init.test;
  hello-test = crates.hello.test;
  arguments = import ./arguments.nix { inherit pkgs mkMachine crates; };
  boot = import ./boot.nix {
    inherit
      pkgs
      mkMachine
      machine
      crates
      ;
  };
  collector = import ./collector.nix { inherit pkgs crates; };
  executable = import ./executable.nix { inherit pkgs crates; };
  fuzz = import ./fuzz.nix { inherit pkgs crates; };
  initrd-is-closed = import ./initrd-is-closed.nix { inherit pkgs machine; };
  kernel-config = import ./kernel-config.nix { inherit pkgs; };
  nix-fmt = import ./nix-fmt.nix { inherit pkgs; };
  shellcheck = import ./shellcheck.nix { inherit pkgs machine; };
}
