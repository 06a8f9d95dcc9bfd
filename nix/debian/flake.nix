{
  description = "What scratchmachine uses of nixpkgs and crane, made of hash-pinned Debian packages";

  # Stands in for both: --override-input nixpkgs ./nix/debian --override-input crane ./nix/debian
  outputs =
    _:
    let
      packages = import ./packages.nix;
    in
    {
      lib = import ./lib.nix;
      legacyPackages.x86_64-linux = packages.pkgs;
      mkLib =
        pkgs:
        if pkgs.stdenv.hostPlatform.isStatic or false then packages.staticCraneLib else packages.craneLib;

      # where the packages are on any Debian mirror, by store path
      inherit (packages) places;

      # what the benchmark holds ours against
      inherit (packages) distribution;

      # what stands for `nix`
      command = "./debian-nix";

      foundation = "debian";
      # `import` makes packages of it
      packages = "${./.}";

      # identity and hash of the demo machine's ISO, as built on this foundation
      recordedIso = builtins.readFile ./iso.sha256;
      # how long it takes to serve
      recordedBootTime = builtins.readFile ./boot-time;
      # how many bytes each part of our images has
      recordedSizes = builtins.readFile ./sizes.tsv;
    };
}
