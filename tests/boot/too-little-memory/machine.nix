# The demo machine with a large program.
{
  demo,
  directBoot,
  mkMachine,
  runCommand,
}:
directBoot (mkMachine {
  program =
    runCommand "large" { } ''
      mkdir -p $out/bin
      cp --no-preserve=mode ${demo} $out/bin/hello
      truncate --size=48M $out/bin/hello
      chmod +x $out/bin/hello
    ''
    + "/bin/hello";
})
