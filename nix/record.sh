# Run in a checkout, or with its directory as the argument.
fail() {
  echo "record: $*" >&2
  exit 1
}

[[ $is_recorded ]] || fail "only what the Debian foundation builds is recorded: ./debian-nix run .#record"
cd "${1:-.}"
foundation=nix/foundations/debian
[[ -d $foundation ]] || fail "$PWD is not a checkout of scratchmachine: call it there"

# write FILE: standard input, if that is not what the file has
write() {
  local now
  now=$(cat && echo .)
  [[ ! -e $1 || $(cat "$1" && echo .) != "$now" ]] || return 0
  printf '%s' "${now%.}" >"$1"
  echo "$1" >&2
}

{
  echo "# image $identity"
  (cd "$(dirname "$iso")" && sha256sum "$(basename "$iso")")
} | write $foundation/iso.sha256
write $foundation/exports.sha256 <"$exports"
write $foundation/sizes.tsv <"$sizes"
{
  echo "# nanoseconds of virtual time from power-on until the demo machine serves: nix/bench/boot-time.nix"
  cat "$boot_time"
} | write $foundation/boot-time

# A document has `<!-- recorded: audit, paragraphs 1 to 3 -->` right before a block of code, whose lines become those of
# the output, cut where they are too long for a page.
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"$audit" >"$output"
for document in $(grep -rlE '^<!-- recorded: ' --include='*.md' .); do
  awk -v output="$output" '
    function copy(first, last,   line, paragraph) {
      paragraph = 1
      while ((getline line < output) > 0) {
        if (line == "") paragraph++
        if (paragraph >= first && paragraph <= last && (line != "" || paragraph > first)) {
          if (length(line) > 118) line = substr(line, 1, 117) "…"
          print line
        }
      }
      close(output)
    }
    /^<!-- recorded: audit, paragraphs [0-9]+ to [0-9]+ -->$/ { first = $5; last = $7; print; next }
    /^```/ && first { print; copy(first, last); first = 0; within = 1; next }
    /^```/ && within { within = 0 }
    !within { print }
  ' "$document" | write "$document"
done
