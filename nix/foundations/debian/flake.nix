{
  description = "What scratchmachine uses of nixpkgs and crane, made of hash-pinned Debian packages";

  # Stands in for both:
  #   --override-input nixpkgs ./nix/foundations/debian --override-input crane ./nix/foundations/debian
  outputs =
    _:
    let
      packages = import ./packages.nix;
    in
    {
      legacyPackages.x86_64-linux = packages.pkgs;

      # of the same shape as nix/foundations/nixpkgs.nix
      foundation = {
        name = "debian";
        command = "./debian-nix";
        inherit (packages)
          pkgs
          craneLib
          staticCraneLib
          distribution
          places
          ;
        isMinimal = true;
        # `import` makes packages of it
        packages = "${../..}/foundations/debian";
        # a part of the repository, no other flake
        inputs = [ ];

        # what the check of the same name compares with
        recorded = {
          # identity and hash of the demo machine's ISO
          iso = builtins.readFile ./iso.sha256;
          # hashes of its other formats
          exports = builtins.readFile ./exports.sha256;
          # how long it takes to serve
          bootTime = builtins.readFile ./boot-time;
          # how many bytes each part of our images has
          sizes = builtins.readFile ./sizes.tsv;
        };
      };
    };
}
