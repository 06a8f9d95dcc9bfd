# nixpkgs' prometheus, as far as it is used: the server.
{ program, root }:
program {
  pname = "prometheus";
  inherit root;
}
