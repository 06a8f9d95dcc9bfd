# The foundation that users build on: nixpkgs and crane.
{ inputs, system }:
let
  inherit (inputs) nixpkgs crane;
  pkgs = nixpkgs.legacyPackages.${system};
in
{
  # of its limits: nix/bench/limits.tsv
  name = "nixpkgs";
  # what stands for `nix` where this is built
  command = "nix";

  inherit pkgs;
  craneLib = crane.mkLib pkgs;
  # compiles for musl
  staticCraneLib = crane.mkLib pkgs.pkgsStatic;
  # whether `pkgs` has nothing but what nix/interface.nix lists
  isMinimal = false;
  # the place of `pkgs`, for what evaluates it again when it runs: a string. `pkgs.path` as one would be another copy.
  packages = "${nixpkgs}";

  # what the benchmark compares ours with
  distribution = import ./nixos.nix { inherit nixpkgs system; };

  # For audits: where outputs with a fixed hash can be fetched that don't say it themselves, by store path, and the flakes
  # that expressions are taken from.
  places = { };
  inputs =
    map
      (name: {
        inherit name;
        inherit (inputs.${name}) narHash;
        # a directory that stands in for a repository has none
        rev = inputs.${name}.rev or null;
      })
      [
        "nixpkgs"
        "crane"
      ];

  # it moves, so nothing that is built on it is recorded
  recorded = null;
}
