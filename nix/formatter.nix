# nix fmt: the Nix files.
{ pkgs }:
pkgs.writeShellApplication {
  name = "format";
  runtimeInputs = with pkgs; [ nixfmt ];
  text = ''
    find . -name '*.nix' -not -path './.git/*' -exec nixfmt {} +
  '';
}
