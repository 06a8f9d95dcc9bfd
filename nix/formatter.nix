# nix fmt: the Nix files and the crates.
{ pkgs }:
pkgs.writeShellApplication {
  name = "format";
  runtimeInputs = with pkgs; [ nixfmt ];
  text = ''
    find . -name '*.nix' -not -path './.git/*' -exec nixfmt {} +
  '';
}
