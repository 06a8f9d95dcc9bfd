# nix run .#audit [-- ISO] [--json]: what every byte of an image is, and where it is from.
{ pkgs, audit }:
{ provenance, closure }:
pkgs.writeShellApplication {
  name = "audit";
  text = ''
    exec ${audit}/bin/audit ${provenance} ${closure} "$@"
  '';
}
