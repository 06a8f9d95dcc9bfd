# What images weigh, checked against limits and against what was recorded. SIZES and RECORDED are tab-separated: image,
# part, bytes; nix/bench/sizes.nix makes SIZES. LIMITS is nix/bench/limits.tsv. A line that begins with `#` is a comment.

# limit_of FOUNDATION LIMITS SUBJECT FIGURE UNIT: prints that limit.
limit_of() {
  awk -F '\t' -v foundation="$1" -v subject="$3" -v figure="$4" -v unit="$5" '
    !/^#/ && $1 == subject && $2 == figure && $4 == unit && ($5 == "" || $5 == foundation) { print $3; found = 1 }
    END { exit !found }
  ' "$2" || { echo "${2##*/} has no limit for '$4' of '$3' in $5 on $1" >&2; return 1; }
}

# within_limits FOUNDATION LIMITS SIZES: no part is above its limit in bytes, and every such limit is one of a part that
# there is. Where one foundation has a limit, the others have one too.
within_limits() (
  foundation=$1
  shift
  failed=0
  declare -A size limited elsewhere
  while IFS=$'\t' read -r image part bytes; do
    size["$image $part"]=$bytes
  done < <(grep -v '^#' "$2")

  count=0
  while IFS=$'\t' read -r image part limit unit only; do
    # other units are checked elsewhere
    [[ $unit == bytes ]] || continue
    if [[ $only && $only != "$foundation" ]]; then
      elsewhere["$image $part"]=$only
      continue
    fi
    limited["$image $part"]=yes
    bytes=${size["$image $part"]-}
    if [[ ! $bytes ]]; then
      echo "there is a limit for '$part' of the image '$image', and nothing that is called so: is it named otherwise?" >&2
      failed=1
    elif ((bytes > limit)); then
      echo "$image, $part: $bytes bytes, and $limit is the limit: $((bytes - limit)) too many. Its parts:" >&2
      grep "^$image"$'\t' "$2" >&2
      failed=1
    else
      echo "$image, $part: $bytes bytes, $((limit - bytes)) below the limit"
    fi
    count=$((count + 1))
  done < <(grep -v '^#' "$1")
  for part in "${!elsewhere[@]}"; do
    [[ ${limited[$part]-} ]] || {
      echo "${part/ /, }: a limit on ${elsewhere[$part]}, and none on $foundation" >&2
      failed=1
    }
  done
  ((count > 0)) || { echo "${1##*/} has no limits" >&2; failed=1; }
  return $failed
)

# as_recorded RECORDED SIZES: every part has the recorded size, or is reported with how much it grew or shrank.
as_recorded() (
  failed=0
  declare -A recorded
  while IFS=$'\t' read -r image part bytes; do
    recorded["$image $part"]=$bytes
  done < <(grep -v '^#' "$1")

  while IFS=$'\t' read -r image part bytes; do
    before=${recorded["$image $part"]-}
    unset "recorded[$image $part]"
    if [[ ! $before ]]; then
      echo "$image, $part: $bytes bytes, and nothing is recorded" >&2
      failed=1
    elif ((bytes > before)); then
      echo "$image, $part: $bytes bytes, $before are recorded: grew by $((bytes - before))" >&2
      failed=1
    elif ((bytes < before)); then
      echo "$image, $part: $bytes bytes, $before are recorded: shrank by $((before - bytes))" >&2
      failed=1
    fi
  done < <(grep -v '^#' "$2")
  for gone in "${!recorded[@]}"; do
    echo "${gone/ /, }: ${recorded[$gone]} bytes are recorded, and there is no such part" >&2
    failed=1
  done
  return $failed
)
