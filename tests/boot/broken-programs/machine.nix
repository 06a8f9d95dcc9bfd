# The demo machine with programs beside it that mkMachine would refuse.
{
  demoInitrdWith,
  directBoot,
  machine,
  nukeReferences,
  runCommandCC,
}:
{
  inherit (directBoot machine) kernel;
  initrd = demoInitrdWith {
    programs = runCommandCC "broken-programs" { nativeBuildInputs = [ nukeReferences ]; } ''
      cp -r --no-preserve=mode ${machine.programs} $out
      cd $out
      mkdir absent dynamic empty locked script truncated unlisted
      touch {absent,dynamic,empty,locked,script,truncated}/args
      echo 'int main(void) { return 0; }' >$TMPDIR/main.c
      gcc -o dynamic/exe $TMPDIR/main.c
      # without its loader, which would otherwise be put into the image
      nuke-refs dynamic/exe
      touch empty/exe
      cp hello/exe locked/exe
      printf '#!/bin/sh\necho hello\n' >script/exe
      head -c 4096 hello/exe >truncated/exe
      cp hello/exe unlisted/exe
      chmod 555 */exe
      chmod 444 locked/exe
    '';
  };
}
