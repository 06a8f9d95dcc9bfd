# What `import packages { }` gives: the packages.
_: (import ./packages.nix).pkgs
