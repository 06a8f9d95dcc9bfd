# `nix run .#boot-test -- NAME`: one boot scenario by hand, the consoles of its machines in the terminal.
{
  # what stands for `nix`
  command,
  lib,
  # of the scenarios
  names,
  writeShellApplication,
}:
writeShellApplication {
  name = "boot-test";
  meta.description = "run one boot scenario by hand";
  text = ''
    usage() {
      cat <<'EOF'
    Run one boot scenario, the consoles of its machines in this terminal. In a checkout of the repository:

    usage: ${command} run .#boot-test -- NAME [OPTION OF ITS TESTS, SUCH AS PART OF A NAME]

    NAME is one of these folders of tests/boot:
    ${lib.concatMapStrings (name: "  ${name}\n") names}EOF
    }

    name=''${1:-}
    case $name in
      "" | -h | --help)
        usage
        ;;
      ${lib.concatStringsSep " | " names})
        # one machine after the other, so that their consoles don't mix; and what a check leaves out
        exec ${command} run ".#boot.$name" -- --nocapture --test-threads=1 --include-ignored "''${@:2}"
        ;;
      *)
        echo "boot-test: there is no boot scenario '$name'" >&2
        usage >&2
        exit 2
        ;;
    esac
  '';
}
