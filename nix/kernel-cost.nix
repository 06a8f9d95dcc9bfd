# nix run .#kernel-cost -- CONFIG_X: how many bytes of bzImage an option costs. Which, is known only when it runs, so
# it is then that Nix evaluates nix/kernel-cost, with the same packages.
{
  pkgs,
  # where these are: what `import` makes packages of
  packages,
}:
let
  inherit (pkgs) lib;
  sources = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./kernel-config-survives.sh
      ./kernel-cost
      ./kernel.config
      ./kernel.nix
      ./patches
    ];
  };
in
pkgs.writeShellApplication {
  name = "kernel-cost";
  text = ''
    sources=${sources} path=${packages}
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
  ''
  + builtins.readFile ./kernel-cost.sh;
}
