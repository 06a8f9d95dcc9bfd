{
  description = "A static program and one Rust init as a bootable, reproducible machine";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    crane.url = "github:ipetkov/crane";
  };

  outputs =
    { nixpkgs, crane, ... }@inputs:
    let
      system = "x86_64-linux";
      pkgs = nixpkgs.legacyPackages.${system};
      outputsFrom = import ./nix;
      craneLib = crane.mkLib pkgs;
      staticCraneLib = crane.mkLib pkgs.pkgsStatic;
      # for audits: our own foundation is a part of this repository, any other is another flake
      outside = {
        places = nixpkgs.places or { };
        inputs =
          if nixpkgs ? places then
            [ ]
          else
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
      };
      # what the benchmark holds ours against
      distribution = nixpkgs.distribution or (import ./nix/bench/nixos.nix { inherit nixpkgs system; });
      foundation = {
        inherit
          pkgs
          craneLib
          staticCraneLib
          distribution
          ;
        command = nixpkgs.command or "nix";
        foundation = nixpkgs.foundation or "nixpkgs";
        packages = nixpkgs.packages or "${nixpkgs}";
      };
      outputs = outputsFrom (foundation // { inherit outside; });
    in
    {
      lib = { inherit (outputs) mkMachine; };
      packages.${system} = outputs.packages;
      apps.${system} = outputs.apps;
      checks.${system} =
        outputs.checks
        // {
          interface = import ./nix/checks/interface.nix { inherit foundation outputsFrom; };
        }
        # a foundation that never moves by itself can promise the bytes
        // (
          if nixpkgs ? recordedIso then
            {
              boot-time = import ./nix/checks/boot-time.nix {
                inherit pkgs;
                inherit (outputs.packages) bootTime;
                recorded = nixpkgs.recordedBootTime;
              };
              sizes = import ./nix/checks/sizes.nix {
                inherit pkgs;
                inherit (outputs.packages) sizes;
                recorded = nixpkgs.recordedSizes;
              };
              iso-hash = import ./nix/checks/iso-hash.nix {
                inherit pkgs;
                inherit (outputs.packages) iso;
                recorded = nixpkgs.recordedIso;
              };
            }
          else
            { }
        );
      devShells.${system}.default = outputs.devShell;
      templates.default = {
        path = ./templates/default;
        description = "a machine that runs your own static program";
      };
      formatter.${system} = outputs.formatter;
    };
}
