# No image is heavier than it may be.
{
  runCommand,
  limits,
  sizes,
  # whose limits they are
  foundationName,
}:
runCommand "budget" { } ''
  source ${../bench/limits.sh}
  within_limits ${foundationName} ${limits} ${sizes} | tee $out
''
