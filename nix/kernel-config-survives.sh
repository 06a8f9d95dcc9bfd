# kernel_config_survives FRAGMENT CONFIG: every line that FRAGMENT asks for stands in CONFIG. The kernel's
# own tools drop an option without a word when something it depends on is missing.
kernel_config_survives() {
  local line lost=0
  while read -r line; do
    [[ $line =~ ^(CONFIG_|'# CONFIG_') ]] || continue
    if ! grep -qxF -- "$line" "$2"; then
      local option=${line#\# }
      option=${option%%[= ]*}
      echo "kernel.config asks for '$line', but the configuration has '$(grep -E "^(# )?${option}[= ]" "$2" || echo nothing)': is an option missing that it depends on?" >&2
      lost=1
    fi
  done <"$1"
  return $lost
}
