# The demo machine serves no later than was recorded, but for what a small change of the image may cost.
{
  runCommand,
  bootTime,
  limits,
  foundationName,
  # the foundation's record
  recorded,
}:
runCommand "boot-time-check"
  {
    recorded = recorded.bootTime;
    passAsFile = [ "recorded" ];
  }
  ''
    source ${../../bench/limits.sh}
    most=$(limit_of ${foundationName} ${limits} demo boot-time percent)
    now=$(<${bootTime})
    before=$(grep -v '^#' $recordedPath)
    change=$(awk -v now=$now -v before=$before 'BEGIN { printf "%+.2f", (now - before) * 100 / before }')
    echo "power-on to serving: $now ns of virtual time, $change % against the record" | tee $out
    case $(awk -v change=$change -v most=$most 'BEGIN { print (change > most) - (change < -most) }') in
      0) ;;
      1) echo "what got slower? nix/foundations/debian/boot-time has the record" >&2; exit 1 ;;
      -1) echo "quicker by more than $most %: record it in nix/foundations/debian/boot-time" >&2; exit 1 ;;
    esac
  ''
