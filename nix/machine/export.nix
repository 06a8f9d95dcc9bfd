# A machine's image in a format of docs/how-to/README.md: $out/NAME.EXTENSION.
{
  runCommand,
  scratchmachine,
}:
iso: format:
runCommand "${builtins.replaceStrings [ ".iso" ] [ "" ] iso.file}-${format}" { } ''
  mkdir $out
  cd $out
  ${scratchmachine}/bin/scratchmachine export ${iso}/${iso.file} --format ${format}
''
