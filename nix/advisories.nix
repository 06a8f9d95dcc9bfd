# nix run .#advisories: known vulnerabilities of what is in the demo machine. No database comes with it, as a
# flake's input either: a pinned one is out of date, and one that is fetched would be needed offline.
{
  pkgs,
  crates,
  kernel,
}:
rec {
  kernelSources = import ./kernel-sources.nix { inherit pkgs kernel; };
  linkedCrates = pkgs.runCommand "linked-crates" { } ''
    sort -u ${crates.init.linked}/crates ${crates.hello.linked}/crates >$out
  '';
  program = pkgs.writeShellApplication {
    name = "advisories";
    text = ''
      exec ${crates.advisories.package}/bin/advisories --crates ${linkedCrates} --kernel-version ${kernel.modDirVersion} \
        --kernel-sources ${kernelSources} --reasons ${../advisories/reasons.toml} "$@"
    '';
  };
}
