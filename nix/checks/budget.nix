# No image is heavier than it may be.
{ pkgs, sizes }:
pkgs.runCommand "budget" { } ''
  source ${../budget/hold.sh}
  within_limits ${../budget/limits.tsv} ${sizes} | tee $out
''
