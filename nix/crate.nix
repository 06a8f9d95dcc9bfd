# A Rust crate of ours: its package, and the checks that every crate has to pass.
#   static: linked with everything it needs, to run where there is nothing else
#   host:   for the machine that builds and tests
{
  pkgs,
  craneLib,
  staticCraneLib,
}:
let
  inherit (pkgs) lib;

  crate =
    craneLib: common:
    {
      root,
      files,
      # what only the checks need, so that no test can make another program
      tests ? [ ],
      # where the crate is, if it is not at the root: then the root is that of another one, which it depends on
      directory ? null,
    }:
    let
      manifestFile =
        if directory == null then root + "/Cargo.toml" else root + "/${directory}/Cargo.toml";
      manifest = builtins.fromTOML (builtins.readFile manifestFile);
      program = (builtins.head (manifest.bin or [ manifest.package ])).name;
      source =
        files:
        lib.fileset.toSource {
          inherit root;
          fileset = lib.fileset.unions files;
        };
      arguments =
        common
        // {
          src = source files;
          strictDeps = true;
        }
        // (
          if directory == null then
            { }
          else
            {
              sourceRoot = "source/${directory}";
              cargoToml = manifestFile;
              cargoLock = root + "/${directory}/Cargo.lock";
              # Dependencies are built with our own crates emptied, which a crate of ours can't depend on.
              cargoArtifacts = null;
            }
        );
      # Checks want to be built quickly, not to be small and fast.
      checked = {
        cargoArtifacts = craneLib.buildDepsOnly (arguments // { CARGO_PROFILE = "dev"; });
      }
      // arguments
      // {
        src = source (files ++ tests);
        CARGO_PROFILE = "dev";
      };
    in
    {
      package = craneLib.buildPackage (
        {
          cargoArtifacts = craneLib.buildDepsOnly (arguments // { doCheck = false; });
        }
        // arguments
        // {
          doCheck = false;
        }
      );
      clippy = craneLib.cargoClippy (
        checked // { cargoClippyExtraArgs = "--all-targets -- --deny warnings"; }
      );
      fmt = craneLib.cargoFmt checked;
      # The crates that are linked in: a line `CRATE VERSION PROGRAM` each in $out/crates. Features and target are
      # resolved as for the package; what only builds it (build scripts, macros) is not linked, nor listed.
      linked = craneLib.mkCargoDerivation (
        arguments
        // {
          pnameSuffix = "-linked";
          cargoArtifacts = null;
          doInstallCargoArtifacts = false;
          buildPhaseCargoCommand = ''
            mkdir -p $out
            cargo tree --locked --offline --edges normal,no-proc-macro \
              ''${CARGO_BUILD_TARGET:+--target $CARGO_BUILD_TARGET} --prefix none --format '{p}' >$TMPDIR/tree
            # our own crate has its directory after it
            sed -nE 's/^([^ ]+) v([^ ]+)( \(\*\))?$/\1 \2 ${program}/p' $TMPDIR/tree | sort -u >$out/crates
          '';
        }
      );
      # What the build itself says it links: cargo's graph of all that it compiles, and the objects that the linker
      # takes, of a build whose program is kept to be compared with the package's.
      records =
        craneLib.mkCargoDerivation (
          {
            cargoArtifacts = craneLib.buildDepsOnly (arguments // { doCheck = false; });
          }
          // arguments
          // {
            pnameSuffix = "-records";
            doInstallCargoArtifacts = false;
            buildPhaseCargoCommand = ''
                mkdir -p $out
                cargo rustc --release --locked --offline --bin ${program} -- -C link-arg=-Wl,-Map=$PWD/link.map
                cp target/*/release/${program} $out/program
                # the map names temporary directories, so only what is taken from archives, and what starts the program
              {
                grep -oE '[^ /*()]+[.](a|rlib)[(][^()]+[)]' link.map
                sed -nE 's#^LOAD .*/([^/]*crt[^/]*[.]o)$#\1#p' link.map
              } | sort -u >$out/objects
              RUSTC_BOOTSTRAP=1 cargo build --release --locked --offline --bin ${program} \
                  --unit-graph -Z unstable-options >$out/unit-graph.json
                cargo metadata --format-version 1 --locked --offline >$out/metadata.json
                rustc --version >$out/rustc
                cp Cargo.lock $out/
            '';
          }
        )
        // {
          inherit program;
          inherit (manifest.package) version license;
        };
      test = craneLib.cargoTest checked;
      # the crate's tests with something more for them to look at
      testWith = more: craneLib.cargoTest (checked // more);
    };
in
{
  host = crate craneLib { };
  static = crate staticCraneLib {
    # nixpkgs' pkgsStatic would have everything linked with -static, also the build scripts, which run while
    # building and can't be. rustc knows by itself that programs for musl are static.
    preBuild = "unset NIX_CFLAGS_LINK";
  };
}
