# A machine that runs your own program: `nix run .#vm` boots it in QEMU, `nix build .#iso` makes a CD.
{
  # where scratchmachine is
  inputs.scratchmachine.url = "git+file:///path/to/scratchmachine";
  outputs =
    { scratchmachine, ... }:
    {
      packages.x86_64-linux = scratchmachine.lib.mkMachine {
        # a static executable for x86-64 Linux; all other arguments: docs/reference/mkmachine.md
        program = ./web;
      };
    };
}
