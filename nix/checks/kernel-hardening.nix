# What is recommended for the kernel is in its configuration and on its command line, or nix/kernel/hardening says
# why not.
{ runCommand, machine }:
runCommand "kernel-hardening"
  {
    inherit (machine.kernel) configfile;
    inherit (machine.iso) commandLine;
  }
  ''
    source ${../kernel/hardening/hold-against.sh}

    sed -nE 's/^CONFIG_([A-Za-z0-9_]+)=(.*)/\1\t\2/p' $configfile | tr -d '"' >options
    [[ $(wc -l <options) -gt 300 ]] || { echo "$configfile has too few options to be a kernel's" >&2; exit 1; }

    # the loader's words and those built in; one without a value is present
    builtIn=$(sed -nE 's/^CONFIG_CMDLINE="(.*)"$/\1/p' $configfile)
    tr ' ' '\n' <<<"$builtIn $commandLine" | sed -E 's/=/\t/; t; s/$/\tpresent/' >words

    hold_against ${../kernel/hardening}/kernel-config.tsv options | tee $out
    hold_against ${../kernel/hardening}/command-line.tsv words | tee -a $out
  ''
