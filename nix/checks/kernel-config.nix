# The comparison that guards kernel.config and the profiles finds what was lost.
{ runCommand }:
runCommand "kernel-config-check" { } ''
  source ${../kernel/config-survives.sh}
  mkdir -p source/drivers
  printf 'config A\n\tbool\nmenuconfig B\nconfig C # a remark\n' >source/Kconfig
  printf '\tconfig D\n  config GONE\nconfigured by E2\n' >source/drivers/Kconfig.more
  printf 'config F\n' >source/drivers/notes
  kernel_options source >options
  diff options <(printf 'CONFIG_%s\n' A B C D GONE)

  printf 'CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D="d e"\n' >config
  printf '# a reason\nCONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D="d e"\n# CONFIG_GONE is not set\n' >kept
  kernel_config_survives kept config options
  for lost in CONFIG_B=y CONFIG_GONE=y CONFIG_E=y '# CONFIG_A is not set' '# CONFIG_E is not set' CONFIG_C=y 'CONFIG_D="d"'; do
    echo "$lost" >fragment
    if kernel_config_survives fragment config options 2>message; then
      echo "'$lost' was taken for granted" >&2
      exit 1
    fi
    grep -qF -- "'$lost'" message
  done
  touch $out
''
