# The comparison that guards kernel.config finds what was lost.
{ pkgs }:
pkgs.runCommand "kernel-config-check" { } ''
  source ${../kernel-config-survives.sh}
  printf 'CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D="d e"\n' >config

  printf '# a reason\nCONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D="d e"\n' >kept
  kernel_config_survives kept config
  for lost in CONFIG_B=y CONFIG_E=y '# CONFIG_A is not set' CONFIG_C=y 'CONFIG_D="d"'; do
    echo "$lost" >fragment
    if kernel_config_survives fragment config 2>message; then
      echo "'$lost' was taken for granted" >&2
      exit 1
    fi
    grep -qF -- "'$lost'" message
  done
  touch $out
''
