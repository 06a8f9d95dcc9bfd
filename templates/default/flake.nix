{
  inputs.scratchmachine.url = "git+file:///path/to/scratchmachine";
  outputs =
    { scratchmachine, ... }:
    let
      machine = scratchmachine.lib.mkMachine {
        name = "web";
        program = ./web; # your static executable
        args = [ ];
      };
    in
    {
      packages.x86_64-linux = { inherit (machine) iso vm; };
    };
}
