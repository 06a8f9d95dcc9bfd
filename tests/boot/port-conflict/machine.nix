{
  demo,
  directBoot,
  mkMachine,
}:
directBoot (mkMachine {
  programs = {
    first = demo;
    second = demo;
  };
})
