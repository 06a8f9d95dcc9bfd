# A Rust crate of ours: its package, and the checks that every crate has to pass.
#   static:     linked with everything it needs, to run where there is nothing else
#   host:       for the machine that builds and tests
#   workspace:  several static ones with one lock, whose dependencies are built once for all
{
  lib,
  craneLib,
  staticCraneLib,
}:
let
  manifestOf = directory: builtins.fromTOML (builtins.readFile (directory + "/Cargo.toml"));
  sourceOf =
    root: files:
    lib.fileset.toSource {
      inherit root;
      fileset = lib.fileset.unions files;
    };

  # Checks want to be built quickly, not to be small and fast.
  quick = {
    CARGO_PROFILE = "dev";
  };
  static = {
    # nixpkgs' pkgsStatic would have everything linked with -static, also the build scripts, which run while
    # building and can't be. rustc knows by itself that programs for musl are static.
    preBuild = "unset NIX_CFLAGS_LINK";
  };

  # What every build of a crate has in common: `root` is its source's, `directory` where in it cargo is called.
  argumentsOf =
    craneLib: root: directory:
    let
      at = if directory == "" then root else root + "/${directory}";
    in
    {
      strictDeps = true;
      # here once, and not by each of crane's functions: on nixpkgs, crates are most of what there is to evaluate
      cargoVendorDir = craneLib.vendorCargoDeps { cargoLock = at + "/Cargo.lock"; };
      cargoToml = at + "/Cargo.toml";
      cargoLock = at + "/Cargo.lock";
    }
    // (if directory == "" then { } else { sourceRoot = "source/${directory}"; });

  # A package's builds, from the arguments that they have in common, its sources, and what its dependencies were built to
  # for the package and for the checks.
  builds =
    {
      craneLib,
      arguments,
      source,
      sourceWithTests,
      artifacts,
      quickArtifacts,
    }:
    let
      released = arguments // {
        src = source;
        cargoArtifacts = artifacts;
        doCheck = false;
      };
      checked =
        arguments
        // quick
        // {
          src = sourceWithTests;
          cargoArtifacts = quickArtifacts;
        };
    in
    {
      package = craneLib.buildPackage released;
      clippy = craneLib.cargoClippy (
        checked // { cargoClippyExtraArgs = "--all-targets -- --deny warnings"; }
      );
      fmt = craneLib.cargoFmt checked;
      test = craneLib.cargoTest checked;
      clippyWith = more: craneLib.cargoClippy (checked // more);
      fmtWith = more: craneLib.cargoFmt (checked // more);
      # the crate's tests with something more for them to look at
      testWith = more: craneLib.cargoTest (checked // more);
      # a build with other options
      buildWith = more: craneLib.buildPackage (released // more);
      checkedWith =
        more:
        craneLib.buildPackage (
          checked
          // {
            doCheck = false;
          }
          // more
        );
    };

  crate =
    craneLib: common:
    {
      root,
      files,
      # what only the checks need, so that no test can make another program
      tests ? [ ],
      # where the crate is, if it is not at the root: then the root is that of another one, which it depends on
      directory ? "",
    }:
    let
      manifest = manifestOf (if directory == "" then root else root + "/${directory}");
      program = (builtins.head (manifest.bin or [ manifest.package ])).name;
      source = sourceOf root files;
      arguments = common // argumentsOf craneLib root directory;
      dependencies =
        more:
        if directory == "" then
          craneLib.buildDepsOnly (arguments // { src = source; } // more)
        else
          # Dependencies are built with our own crates emptied, which a crate of ours can't depend on.
          null;
      built = builds {
        inherit craneLib arguments source;
        sourceWithTests = sourceOf root (files ++ tests);
        artifacts = dependencies { doCheck = false; };
        quickArtifacts = dependencies quick;
      };
    in
    built
    // {
      # What the build itself says it links: cargo's graph of all that it compiles, and the objects that the linker
      # takes, of a build like the package's, whose program is kept to be compared with it.
      records =
        built.buildWith {
          pname = "${manifest.package.name}-records";
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
        // {
          inherit program;
          inherit (manifest.package) version license;
        };
    };

  # By name, each member of the workspace, and the workspace by the name of its directory. A member is built from its own
  # source and that of its dependencies alone, so that an edit to one builds no other again.
  workspace =
    { root, directory }:
    let
      craneLib = staticCraneLib;
      at = root + "/${directory}";
      inherit (manifestOf at) workspace;

      # Directories of ours that a crate depends on, and itself.
      closureOf =
        start:
        map (it: it.path) (
          builtins.genericClosure {
            startSet = [ (node start) ];
            operator = it: map node (pathsOf it.path);
          }
        );
      node = path: {
        key = toString path;
        inherit path;
      };
      pathsOf =
        path:
        let
          manifest = manifestOf path;
          # one that the members share is described by the workspace, from whose directory its path starts
          pathOf =
            name: dependency:
            if dependency.workspace or false then
              pathFrom at (workspace.dependencies.${name})
            else
              pathFrom path dependency;
          pathFrom = from: dependency: if dependency ? path then [ (from + "/${dependency.path}") ] else [ ];
        in
        builtins.concatMap
          (
            kind:
            builtins.concatLists (builtins.attrValues (builtins.mapAttrs pathOf (manifest.${kind} or { })))
          )
          [
            "dependencies"
            "dev-dependencies"
          ];

      members = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = at + "/${name}";
        }) workspace.members
      );
      # whichever is built, cargo reads all of these
      manifests = [
        (at + "/Cargo.toml")
        (at + "/Cargo.lock")
      ]
      ++ map (path: path + "/Cargo.toml") (builtins.concatMap closureOf (builtins.attrValues members));
      sourcesOf = path: map (path: path + "/src") (closureOf path);
      everything = manifests ++ builtins.concatMap sourcesOf (builtins.attrValues members);
      testsOf = path: if builtins.pathExists (path + "/tests") then [ (path + "/tests") ] else [ ];

      arguments = argumentsOf craneLib root directory // {
        pname = directory;
        version = "0";
        # of a member whose source is not here: nothing that is asked for depends on it
        preBuild = ''
          ${static.preBuild}
          for manifest in $(find .. -name Cargo.toml -not -path '*/target/*'); do
            source=''${manifest%/*}/src
            if [[ ! -e $source && $manifest != ../${directory}/Cargo.toml ]]; then
              mkdir $source
              touch $source/lib.rs
              echo 'fn main() {}' >$source/main.rs
            fi
          done
        '';
      };
      dependencies =
        more: craneLib.buildDepsOnly (arguments // { src = sourceOf root everything; } // more);
      artifacts = dependencies { doCheck = false; };
      quickArtifacts = dependencies quick;

      member =
        name: path:
        let
          files = manifests ++ sourcesOf path;
          built =
            options:
            builds {
              inherit craneLib artifacts quickArtifacts;
              arguments = arguments // {
                pname = name;
                inherit ((manifestOf path).package) version;
                cargoExtraArgs = "${options} --package ${name}";
              };
              source = sourceOf root files;
              sourceWithTests = sourceOf root (files ++ testsOf path);
            };
        in
        {
          # which takes no --locked
          inherit (built "") fmtWith;
          inherit (built "--locked")
            package
            buildWith
            clippyWith
            test
            testWith
            checkedWith
            ;
        };
      all = builds {
        inherit
          craneLib
          arguments
          artifacts
          quickArtifacts
          ;
        source = sourceOf root everything;
        sourceWithTests = sourceOf root (
          everything ++ builtins.concatMap testsOf (builtins.attrValues members)
        );
      };
    in
    lib.mapAttrs member members
    // {
      ${directory} = {
        inherit (all) clippy fmt;
      };
    };
in
{
  host = crate craneLib { };
  static = crate staticCraneLib static;
  inherit workspace;
}
