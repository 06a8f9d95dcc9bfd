# nix run .#kernel-cost -- CONFIG_X: how many bytes of bzImage an option costs. Which, is known only when it runs, so
# it is then that Nix evaluates cost-of.nix, with the same packages.
{
  lib,
  writeShellApplication,
  # where these are: what `import` makes packages of
  packages,
}:
let
  sources = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../scope.nix
      ./config-survives.sh
      ./cost-of.nix
      ./default.nix
      ./kernel.config
      ./patches
    ];
  };
in
writeShellApplication {
  name = "kernel-cost";
  text = ''
    sources=${sources} path=${packages}
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
  ''
  + builtins.readFile ./cost.sh;
  meta.description = "how many bytes of the kernel an option costs";
}
