# The bills of materials, and a VEX, are what those who made their formats say; and what is in them is what is in the
# image.
{
  mkMachine,
  machine,
  crates,
  callPackage,
}:
let
  # a VEX of the demo machine
  vex = callPackage ./advisories.nix { };
  # a program that the image's maker was not told the sources of
  other = mkMachine {
    name = "other";
    program = "${crates.guest.package}/bin/misbehave";
  };
in
crates.validator.testWith {
  env = {
    SBOM_DEMO = "${machine.sbom}/${machine.sbom.file}";
    SBOM_OTHER = "${other.sbom}/${other.sbom.file}";
    VEX = "${vex}";
    PROVENANCE = "${machine.provenance}";
    ISO = "${machine.iso}/${machine.iso.file}";
    IDENTITY = machine.iso.identity;
  };
}
