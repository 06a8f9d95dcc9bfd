{
  demo,
  job,
  lib,
  mkMachine,
}:
let
  jobThatFails = job [
    "exit"
    "3"
  ];
  runnerOf = arguments: lib.getExe (mkMachine arguments).vm;
in
{
  jobThatSucceeds = runnerOf {
    programs.job = job [
      "exit"
      "0"
    ];
  };
  jobThatFails = runnerOf { programs.job = jobThatFails; };
  tinyJobThatFails = runnerOf {
    programs.job = jobThatFails;
    profile = "tiny";
  };
  microvmJobThatFails = lib.getExe (mkMachine { programs.job = jobThatFails; }).microvm;
  bugInInit = runnerOf {
    program = demo;
    panic = 1;
    kernelParams = [ "scratchmachine.drill=1" ];
  };
}
