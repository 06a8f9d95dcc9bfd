# nix fmt: the Nix files.
{ nixfmt, writeShellApplication }:
writeShellApplication {
  name = "format";
  runtimeInputs = [ nixfmt ];
  text = ''
    find . -name '*.nix' -not -path './.git/*' -exec nixfmt {} +
  '';
}
