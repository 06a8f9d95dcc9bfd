# No image is heavier than it may be.
{
  pkgs,
  sizes,
  # whose limits they are
  foundation,
}:
pkgs.runCommand "budget" { } ''
  source ${../budget/hold.sh}
  within_limits ${foundation} ${../budget/limits.tsv} ${sizes} | tee $out
''
