# All that the build of a derivation can reach, as JSON: what is fetched, by hash, and what is not pure. The
# derivations themselves are this one's input, not what they build: nothing is built or fetched to look at them,
# and the same derivations always make the same list.
{
  runCommand,
  evidenceTools,
  # where outputs with a fixed hash can be fetched that don't say it themselves, by store path
  places,
  # the flakes that expressions are taken from
  inputs,
}:
derivation:
runCommand "closure.json"
  {
    facts = builtins.toJSON {
      derivation = builtins.unsafeDiscardOutputDependency derivation.drvPath;
      inherit places inputs;
    };
    passAsFile = [ "facts" ];
  }
  ''
    ${evidenceTools}/bin/closure $factsPath >$out
  ''
