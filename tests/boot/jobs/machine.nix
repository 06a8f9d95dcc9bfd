{
  directBoot,
  job,
  mkMachine,
}:
directBoot (mkMachine {
  programs = {
    first = job [
      "exit"
      "0"
    ];
    second = job [
      "be-traced-and-raise"
      "34"
    ];
    third = job [
      "exit"
      "3"
    ];
  };
})
