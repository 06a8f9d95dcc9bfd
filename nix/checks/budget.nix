# No image is heavier than it may be.
{
  runCommand,
  sizes,
  # whose limits they are
  foundationName,
}:
runCommand "budget" { } ''
  source ${../bench/limits.sh}
  within_limits ${foundationName} ${../bench/limits.tsv} ${sizes} | tee $out
''
