# kernel_options DIRECTORY: the options that the kernel's source there has, each once.
kernel_options() {
  grep -rhE --include='Kconfig*' '^[[:space:]]*(menu)?config[[:space:]]+[A-Za-z0-9_]+' "$1" |
    sed -E 's/^[[:space:]]*(menu)?config[[:space:]]+([A-Za-z0-9_]+).*/CONFIG_\2/' | sort -u
}

# kernel_config_survives FRAGMENT CONFIG OPTIONS: every line that FRAGMENT asks for is so in CONFIG. The kernel's
# own tools drop an option without a word when something it depends on is missing. What is to be off may be gone
# that way, if it is one of the OPTIONS that there are.
kernel_config_survives() {
  local line option lost=0
  while read -r line; do
    [[ $line =~ ^(CONFIG_|'# CONFIG_') ]] || continue
    ! grep -qxF -- "$line" "$2" || continue
    option=${line#\# }
    option=${option%%[= ]*}
    if ! grep -qxF -- "$option" "$3"; then
      echo "kernel.config asks for '$line', and the kernel has no option $option: is it spelled so?" >&2
      lost=1
    elif [[ $line != '# '* ]] || grep -q "^$option=" "$2"; then
      echo "kernel.config asks for '$line', but the configuration has '$(grep -E "^(# )?${option}[= ]" "$2" || echo nothing)': is an option missing that it depends on?" >&2
      lost=1
    fi
  done <"$1"
  return $lost
}
