# nixpkgs' nixfmt, which Debian has not: the crate nixfmt_rs, which formats the same, with a command line.
{ craneLib }:
craneLib.buildPackage rec {
  src = ./.;
  pname = "nixfmt";
  version = "0.1.0";
}
