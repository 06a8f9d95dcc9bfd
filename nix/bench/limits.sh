# What images weigh, held against limits and against what was recorded. All tables are tab-separated: image, part,
# bytes; a line that begins with `#` is a comment. SIZES is made by nix/bench/sizes.nix.

# within_limits FOUNDATION LIMITS SIZES: no part is above its limit, and every limit is one of a part that there is. A
# fourth field of LIMITS is the foundation that the line is for; where one has a limit, the others have one too.
within_limits() (
  foundation=$1
  shift
  failed=0
  declare -A size limited elsewhere
  while IFS=$'\t' read -r image part bytes; do
    size["$image $part"]=$bytes
  done < <(grep -v '^#' "$2")

  count=0
  while IFS=$'\t' read -r image part limit only; do
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
