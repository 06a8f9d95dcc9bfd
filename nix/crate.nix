# A Rust crate of ours: its package, and the checks that every crate has to pass.
#   static: linked with everything it needs, to run where there is nothing else
#   host:   for the machine that builds and tests
{ pkgs, craneLib }:
let
  inherit (pkgs) lib;

  crate =
    common:
    { root, files }:
    let
      arguments = common // {
        src = lib.fileset.toSource {
          inherit root;
          fileset = lib.fileset.unions files;
        };
        strictDeps = true;
      };
      # Checks want to be built quickly, not to be small and fast.
      checked = arguments // {
        CARGO_PROFILE = "dev";
        cargoArtifacts = craneLib.buildDepsOnly (arguments // { CARGO_PROFILE = "dev"; });
      };
    in
    {
      package = craneLib.buildPackage (
        arguments
        // {
          doCheck = false;
          cargoArtifacts = craneLib.buildDepsOnly (arguments // { doCheck = false; });
        }
      );
      clippy = craneLib.cargoClippy (
        checked // { cargoClippyExtraArgs = "--all-targets -- --deny warnings"; }
      );
      fmt = craneLib.cargoFmt arguments;
      test = craneLib.cargoTest checked;
      # the crate's tests with something more for them to look at
      testWith = more: craneLib.cargoTest (checked // more);
    };
in
{
  host = crate { };
  static = crate {
    buildInputs = [ pkgs.glibc.static ];
    env = {
      # Naming the target keeps these flags from build scripts and macros, which run while building.
      CARGO_BUILD_TARGET = "x86_64-unknown-linux-gnu";
      CARGO_BUILD_RUSTFLAGS = "-C target-feature=+crt-static";
    };
  };
}
