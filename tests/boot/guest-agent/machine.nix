{
  demo,
  directBoot,
  mkMachine,
}:
directBoot (mkMachine {
  program = demo;
  features = [ "agent" ];
})
