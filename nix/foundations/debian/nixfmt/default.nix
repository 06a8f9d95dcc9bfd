# nixpkgs' nixfmt, which Debian has not: the crate nixfmt_rs, which formats the same, and a command line.
{ craneLib }:
craneLib.buildPackage {
  src = ./.;
  doCheck = false;
  # The crate asks for Rust 1.87; Debian's 1.85 has what it needs under the names of unstable features.
  cargoExtraArgs = "--locked --ignore-rust-version";
  env = {
    RUSTC_BOOTSTRAP = "1";
    RUSTC_WRAPPER = ./rustc.sh;
  };
}
