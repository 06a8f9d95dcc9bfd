# The command line with what it can know of the demo machine. No database of vulnerabilities comes with it, as a flake's
# input either: a pinned one is out of date, and one that is fetched would be needed offline.
{
  mkVerb,
  kernelSources,
  machine,
}:
let
  environment = {
    SCRATCHMACHINE_PROVENANCE = machine.provenance;
    SCRATCHMACHINE_KERNEL_SOURCES = kernelSources;
    SCRATCHMACHINE_KERNEL_CONFIG = machine.kernel.configfile;
    SCRATCHMACHINE_REASONS = ./reasons.toml;
  };
in
{
  scratchmachine = mkVerb {
    environment = environment // {
      SCRATCHMACHINE_CLOSURE = machine.closure;
      SCRATCHMACHINE_IMAGE = "${machine.iso}/${machine.iso.file}";
    };
    description = "the command line, which knows the demo machine";
  };
  advisories = mkVerb {
    verb = "advisories";
    inherit environment;
    description = "known vulnerabilities of the demo machine, from databases in directories";
  };
}
