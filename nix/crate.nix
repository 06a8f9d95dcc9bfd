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
          # here once, and not by each of crane's functions: on nixpkgs, crates are most of what there is to evaluate
          cargoVendorDir = craneLib.vendorCargoDeps {
            cargoLock = if directory == null then root + "/Cargo.lock" else root + "/${directory}/Cargo.lock";
          };
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
      # What the build itself says it links: cargo's graph of all that it compiles, and the objects that the linker
      # takes, of a build like the package's, whose program is kept to be compared with it.
      records =
        craneLib.buildPackage (
          {
            cargoArtifacts = craneLib.buildDepsOnly (arguments // { doCheck = false; });
          }
          // arguments
          // {
            pname = "${manifest.package.name}-records";
            doCheck = false;
            cargoBuildCommand = "cargoWithProfile rustc";
            cargoBuildExtraArgs = "--bin ${program} -- -C link-arg=-Wl,-Map=$PWD/link.map";
            postInstall = ''
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
