{
  demo,
  directBoot,
  failingPrograms,
  initrdOf,
  machine,
  mkMachine,
}:
{
  inherit (directBoot machine) kernel;
  failingPrograms = initrdOf failingPrograms;
  wrongArgument = initrdOf (mkMachine {
    program = demo;
    args = [ "not-a-port" ];
  });
}
