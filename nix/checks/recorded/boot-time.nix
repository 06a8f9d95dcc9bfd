# The demo machine serves no later than was recorded, but for what a small change of the image may cost.
{
  runCommand,
  bootTime,
  # the foundation's record
  recorded,
}:
runCommand "boot-time-check"
  {
    recorded = recorded.bootTime;
    passAsFile = [ "recorded" ];
  }
  ''
    now=$(<${bootTime})
    before=$(grep -v '^#' $recordedPath)
    change=$(awk -v now=$now -v before=$before 'BEGIN { printf "%+.2f", (now - before) * 100 / before }')
    echo "power-on to serving: $now ns of virtual time, $change % against the record" | tee $out
    case $(awk -v change=$change 'BEGIN { print (change > 2) - (change < -2) }') in
      0) ;;
      1) echo "what got slower? nix/foundations/debian/boot-time has the record" >&2; exit 1 ;;
      -1) echo "quicker by more than 2 %: record it in nix/foundations/debian/boot-time" >&2; exit 1 ;;
    esac
  ''
