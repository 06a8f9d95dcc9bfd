{
  inputs.scratchmachine.url = "git+file:///path/to/scratchmachine";
  outputs =
    { scratchmachine, ... }:
    {
      packages.x86_64-linux = scratchmachine.lib.mkMachine { program = ./web; };
    };
}
