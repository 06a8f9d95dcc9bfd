{
  description = "A static program and one Rust init as a bootable, reproducible machine";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    crane.url = "github:ipetkov/crane";
  };

  outputs =
    { nixpkgs, ... }@inputs:
    let
      system = "x86_64-linux";
      # ours, put in the place of nixpkgs, says itself what it is
      foundation =
        nixpkgs.foundation or (import ./nix/foundations/nixpkgs.nix { inherit inputs system; });
      outputs = import ./nix foundation;
    in
    {
      lib = { inherit (outputs) mkMachine; };
      packages.${system} = outputs.packages;
      legacyPackages.${system} = outputs.legacyPackages;
      apps.${system} = outputs.apps;
      checks.${system} = outputs.checks // {
        inherit (outputs) interface;
      };
      devShells.${system}.default = outputs.devShell;
      formatter.${system} = outputs.formatter;
      templates.default = {
        path = ./templates/default;
        description = "a machine that runs your own static program";
      };
    };
}
