# What `import pkgs.path { }` gives: the packages.
_: (import ./packages.nix).pkgs
