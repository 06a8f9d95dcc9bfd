# nix run .#advisories: known vulnerabilities of what is in the demo machine. No database comes with it, as a
# flake's input either: a pinned one is out of date, and one that is fetched would be needed offline.
{
  pkgs,
  crates,
  kernel,
}:
{ provenance }:
rec {
  kernelSources = import ./kernel-sources.nix { inherit pkgs kernel; };
  program = pkgs.writeShellApplication {
    name = "advisories";
    text = ''
      exec ${crates.advisories.package}/bin/advisories --provenance ${provenance} \
        --kernel-sources ${kernelSources} --kernel-config ${kernel.configfile} \
        --reasons ${../advisories/reasons.toml} "$@"
    '';
  };
}
