# What an image is made of, for others' tools: $out/NAME.cdx.json is CycloneDX, $out/NAME.spdx.json is SPDX.
{ runCommand, evidenceTools }:
{ name, provenance }:
runCommand "${name}-sbom" { passthru.file = name; } ''
  mkdir $out
  date=$(date --utc --date @$SOURCE_DATE_EPOCH +%FT%TZ)
  ${evidenceTools}/bin/sbom cyclonedx ${provenance} $date >$out/${name}.cdx.json
  ${evidenceTools}/bin/sbom spdx ${provenance} $date >$out/${name}.spdx.json
''
