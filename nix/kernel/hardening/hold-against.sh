# hold_against TABLE ACTUAL: what is recommended is so, or TABLE says why not.
#
# TABLE, tab-separated: option, the value wanted, who recommends it, and for what is not met the reason. A line
# `exceptions N` says how many have a reason: it may only fall. ACTUAL: option, value; what is not in it has the
# value `-`. A wanted value is a shell pattern, alternatives separated by `|`.
hold_against() (
  shopt -s extglob
  table=${1##*/} failed=0 met=0 excepted=0 recorded=
  fail() {
    echo "$table: $*" >&2
    failed=1
  }

  declare -A value seen
  while IFS=$'\t' read -r option actual; do
    value[$option]=$actual
  done <"$2"

  while IFS= read -r line; do
    [[ $line && $line != '#'* ]] || continue
    if [[ $line == 'exceptions '* ]]; then
      recorded=${line#exceptions }
      continue
    fi
    # a tab is white space to `read`, which would take an empty field for none
    IFS=$'\x1f' read -r option wanted source reason more <<<"${line//$'\t'/$'\x1f'}"
    if [[ ! $option || ! $wanted || ! $source || $more || ${line//[!$'\t']/} != $'\t\t\t' ]]; then
      fail "'$line' is no line of four fields: option, wanted, who says so, and a reason or nothing"
      continue
    fi
    [[ ! ${seen[$option $wanted]-} ]] || fail "$option wants '$wanted' twice: take one away"
    seen[$option $wanted]=yes
    [[ $reason == ?(@(size|speed|not applicable|needed):\ ?*) ]] ||
      fail "$option: a reason begins with 'size: ', 'speed: ', 'not applicable: ' or 'needed: ', not as '$reason' does"
    actual=${value[$option]--}
    [[ ! $reason ]] || excepted=$((excepted + 1))
    # shellcheck disable=SC2053 # a pattern is meant
    if [[ $actual == @($wanted) ]]; then
      met=$((met + 1))
      [[ ! $reason ]] || fail "$option is '$actual', as $source want it: take its reason away, '$reason'"
    else
      [[ $reason ]] || fail "$option is '$actual', and $source want '$wanted': fix it, or give the reason in nix/kernel/hardening/$table"
    fi
  done <"$1"

  [[ $recorded == +([0-9]) ]] || fail "no line 'exceptions N' says how many recommendations are not met"
  if ((recorded < excepted)); then
    fail "$excepted recommendations have a reason not to be met, and $recorded are recorded: the number may only fall"
  elif ((recorded > excepted)); then
    fail "only $excepted recommendations have a reason not to be met: record it, 'exceptions $excepted'"
  fi
  ((met + excepted > 0)) || fail "recommends nothing"
  ((failed == 0)) || return 1
  echo "$table: $met recommendations are met, $excepted are not, each for a reason"
)
