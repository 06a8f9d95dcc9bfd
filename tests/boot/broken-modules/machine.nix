# The demo machine with the drivers of all network cards, and those damaged.
{
  allCards,
  demoInitrdWith,
  directBoot,
  machine,
  runCommand,
}:
let
  # `script` runs in the modules' directory, a /lib/modules
  damagedBy =
    script:
    demoInitrdWith {
      modules = runCommand "damaged-modules" { } ''
        cp -r --no-preserve=mode ${allCards.modules} $out
        cd $out
        shopt -s globstar failglob
        ${script}
      '';
    };
in
{
  inherit (directBoot machine) kernel;
  truncated = damagedBy "truncate --size=-4096 **/e1000.ko";
  # the file keeps its layout: one character is replaced by another
  wrongVersionMagic = damagedBy "sed -i s/vermagic=./vermagic=0/ **/e1000.ko";
  missingDependency = damagedBy "rm **/net_failover.ko";
  anotherKernel = damagedBy "mv * 0.0.1";
}
