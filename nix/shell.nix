# nix develop: cargo, and what it takes to work on the images by hand.
{ pkgs, craneLib }:
craneLib.devShell {
  packages = with pkgs; [
    nixfmt
    qemu_test
    shellcheck
  ];
}
