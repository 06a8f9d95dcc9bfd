{
  allCards,
  demo,
  directBoot,
  initrdOf,
  mkMachine,
}:
directBoot allCards
// {
  onlyE1000 = initrdOf (mkMachine {
    program = demo;
    modules = [ "e1000" ];
  });
}
