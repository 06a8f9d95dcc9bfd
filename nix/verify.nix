# nix run .#verify -- FILE.iso: is it the image that this checkout describes, and if not, what differs?
{ pkgs, audit }:
iso:
pkgs.writeShellApplication {
  name = "verify";
  text = ''
    exec ${audit}/bin/verify ${iso}/${iso.file} "$@"
  '';
}
