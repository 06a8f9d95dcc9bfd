# The demo machine's contents are what `advisories` is given, and our reasons fit: tried with a database made by
# hand, of what is known to concern us and what does not. The VEX of it is $out.
{
  lib,
  runCommand,
  machine,
  kernelSources,
  demoVerbs,
}:
let
  inherit (demoVerbs) advisories;
in
runCommand "advisories"
  {
    inherit kernelSources;
    inherit (machine) provenance;
  }
  ''
    # feature-resolved: in Cargo.lock, but for other systems; a dependency of build scripts; and of the tests
    grep -q '"pkg:cargo/time@0.1.45"' $provenance
    grep -q '"pkg:cargo/libc@' $provenance
    for crate in winapi autocfg cfg_aliases proptest; do
      if grep "pkg:cargo/$crate@" $provenance; then echo "$crate is linked into nothing, and listed" >&2; exit 1; fi
    done
    # compiled in, included by what is, a module, and the boot image; then what is not
    for file in net/core/dev.c kernel/sched/fair.c include/linux/skbuff.h drivers/net/ethernet/intel/e1000/e1000_main.c \
      arch/x86/boot/compressed/misc.c lib/string.c init/version-timestamp.c; do
      grep -qx "$file" $kernelSources || { echo "$file is compiled in, and not listed" >&2; exit 1; }
    done
    if grep -E '^(net/ipv4/tcp_htcp|(net/sctp|fs/ext4|arch/arm|drivers/gpu/drm/i915)/.*)[.]c$' $kernelSources; then
      echo "these are not compiled in, and listed" >&2
      exit 1
    fi

    mkdir -p db/crates/time db/crates/winapi db/cve/published/2025
    advisory() { printf '```toml\n[advisory]\nid = "%s"\npackage = "%s"\n[versions]\npatched = ["%s"]\n```\n' "$@"; }
    advisory RUSTSEC-2020-0071 time '>= 0.2.23' >db/crates/time/RUSTSEC-2020-0071.md
    advisory RUSTSEC-2000-0001 winapi '>= 9' >db/crates/winapi/RUSTSEC-2000-0001.md
    record() {
      printf '{"cveMetadata":{"cveID":"%s"},"containers":{"cna":{"affected":[{"defaultStatus":"affected","programFiles":["%s"],"versions":[{"version":"0","lessThan":"%s","status":"unaffected","versionType":"semver"}]}]}}}' \
        "$@" >db/cve/published/2025/$1.json
    }
    record CVE-2025-1 net/sctp/socket.c 1
    record CVE-2025-2 net/core/dev.c 999
    judged=$(sed -n 's/^id = "\(CVE-.*\)"$/\1/p' ${../evidence/reasons.toml})
    for id in $judged; do record $id net/core/dev.c 1; done
    # no reason rests on an option being off that is on; a kernel older than a fix has something to look at
    status=0
    ${advisories}/bin/advisories db >report || status=$?
    cat report
    [[ $status -lt 2 ]]
    for id in RUSTSEC-2020-0071 $judged; do grep -q "^$id: " report; done
    if grep '^CVE-2025-[12]: ' report; then echo "these concern nobody here, and are found" >&2; exit 1; fi

    record CVE-2025-3 net/core/dev.c 1
    for option in "" --vex; do
      status=0
      ${advisories}/bin/advisories $option db >report || status=$?
      [[ $status == 1 ]]
      grep -q 'CVE-2025-3' report
    done
    cp report $out
  ''
