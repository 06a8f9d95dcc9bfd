# nix develop: cargo, and what it takes to work on the images by hand.
{
  nixfmt,
  qemu_test,
  shellcheck,
  craneLib,
}:
craneLib.devShell {
  packages = [
    nixfmt
    qemu_test
    shellcheck
  ];
}
