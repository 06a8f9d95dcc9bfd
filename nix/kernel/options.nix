# Of the kernel's source, what options are defined and worked out by, once for all configurations: to unpack all of it
# for each would be most of the work.
{ linux_6_12, runCommand }:
runCommand "linux-options" { inherit (linux_6_12) src; } ''
  mkdir $out
  tar -xf $src -C $out --strip-components=1 --no-same-owner \
    --wildcards '*/Kconfig*' '*/Makefile*' '*/configs/*' '*/scripts/*'
''
