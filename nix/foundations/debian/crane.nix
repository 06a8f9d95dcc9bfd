# crane's library, as far as it is used, on the `rust` root's cargo: dependencies are built once for
# each Cargo.lock, with the sources left out, and everything else starts from there.
{
  build,
  base,
  rust,
  vendorCargoDeps,
  zstd,
  bash,
  cargo,
  cc,
  # variables that tell cargo what to compile for
  target ? { },
}:
let
  shellSetup = build {
    name = "shell-setup";
    root = base;
    script = ''
      mkdir $out
      echo 'export PATH=$path:$PATH' >$out/setup
    '';
  };

  # The manifests with empty sources: all that the dependencies can depend on.
  mkDummySrc =
    { src, cargoLock }:
    let
      # by directory, from the source's root, what a crate has: its manifest, and files that become empty
      cratesIn =
        directory:
        let
          here = if directory == "" then "${src}" else "${src}/${directory}";
          entries = builtins.readDir here;
          below = builtins.concatMap (
            name:
            if entries.${name} == "directory" then
              cratesIn (if directory == "" then name else "${directory}/${name}")
            else
              [ ]
          ) (builtins.attrNames entries);
          manifest = builtins.readFile "${here}/Cargo.toml";
          parsed = builtins.fromTOML manifest;
          exists = file: builtins.pathExists "${here}/${file}";
          binaries = "${here}/src/bin";
          programs =
            builtins.filter exists [ "src/main.rs" ]
            ++ map (file: "src/bin/${file}") (
              if builtins.pathExists binaries then builtins.attrNames (builtins.readDir binaries) else [ ]
            )
            ++ map (target: target.path) (
              builtins.filter (target: target ? path) (parsed.bin or [ ] ++ parsed.test or [ ])
            );
        in
        (
          if entries ? "Cargo.toml" then
            [
              {
                inherit directory manifest programs;
                libraries = builtins.filter exists [ "src/lib.rs" ];
              }
            ]
          else
            [ ]
        )
        ++ below;
    in
    build {
      name = "dummy-src";
      root = base;
      lock = builtins.readFile cargoLock;
      passAsFile = [ "lock" ];
      script = ''
        mkdir -p $out
        cd $out
        empty() { mkdir -p "$(dirname "$2")" && echo "$1" >"$2"; }
        cp "$lockPath" Cargo.lock
      ''
      + builtins.concatStringsSep "" (
        map (
          crate:
          let
            directory = if crate.directory == "" then "." else crate.directory;
          in
          ''
            mkdir -p ${directory}
            cp ${builtins.toFile "Cargo.toml" crate.manifest} ${directory}/Cargo.toml
          ''
          + builtins.concatStringsSep "" (
            map (file: "empty 'fn main() {}' ${directory}/${file}\n") crate.programs
            ++ map (file: "empty '' ${directory}/${file}\n") crate.libraries
          )
        ) (cratesIn "")
      );
    };

  # What crane's functions have in common: the source and the crates where cargo expects them, what was
  # built before, then `command`.
  mkCargoDerivation =
    {
      src,
      suffix,
      command,
      cargoArtifacts ? null,
      # where the crate's name and its dependencies can be read without building anything
      manifests ? src,
      cargoToml ? "${manifests}/Cargo.toml",
      cargoLock ? "${manifests}/Cargo.lock",
      cargoVendorDir ? vendorCargoDeps cargoLock,
      ...
    }@args:
    let
      crate = crateNameFromCargoToml { inherit cargoToml; };
    in
    build (
      removeAttrs args [
        "suffix"
        "command"
        "manifests"
        "cargoToml"
        "cargoLock"
        "cargoVendorDir"
        "strictDeps"
        "doCheck"
        "cargoBuildCommand"
        "cargoBuildExtraArgs"
        "cargoExtraArgs"
        "cargoTestExtraArgs"
        "cargoClippyExtraArgs"
        "rustFmtExtraArgs"
      ]
      // {
        name = "${args.pname or crate.pname}${suffix}-${args.version or crate.version}";
        root = rust;
        env = target // args.env or { };
        inherit cargoArtifacts;
        nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [
          cc
          zstd
        ];
        vendor = cargoVendorDir;
        lock = "${cargoLock}";
        # as nixpkgs' stdenv says it
        CXX = "g++";
        script = ''
          export CARGO_HOME=$TMPDIR/cargo-home CARGO_BUILD_JOBS=$NIX_BUILD_CORES
          mkdir $CARGO_HOME source
          printf '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "%s"\n' $vendor >$CARGO_HOME/config.toml
          cp -r --no-preserve=mode $src/. source
          # newer than anything built from the empty sources, as cargo sees it
          cd ''${sourceRoot:-source}
          cp --no-preserve=mode $lock Cargo.lock
          [[ -z $cargoArtifacts ]] || tar -I zstd -xf $cargoArtifacts/target.tar.zst
          export CARGO_PROFILE=''${CARGO_PROFILE:-release}
          cargoWithProfile() { cargo "$1" --profile $CARGO_PROFILE "''${@:2}"; }
          eval "''${preBuild:-}"
          ${command}
        '';
      }
    );

  crateNameFromCargoToml =
    { cargoToml }:
    let
      manifest = builtins.fromTOML (builtins.readFile cargoToml);
    in
    {
      pname = manifest.package.name;
      inherit (manifest.package) version;
    };
in
{
  vendorCargoDeps = { cargoLock }: vendorCargoDeps cargoLock;

  # The dependencies of a crate, built for everything that the other functions do.
  buildDepsOnly =
    {
      cargoExtraArgs ? "--locked",
      src,
      doCheck ? true,
      ...
    }@args:
    mkCargoDerivation (
      args
      // {
        src = mkDummySrc {
          inherit src;
          cargoLock = args.cargoLock or "${src}/Cargo.lock";
        };
        manifests = src;
        suffix = "-deps";
        command = ''
          cargoWithProfile check ${cargoExtraArgs} ${if doCheck then "--all-targets" else ""}
          cargoWithProfile build ${cargoExtraArgs}
          ${if doCheck then "cargoWithProfile test ${cargoExtraArgs} --no-run" else ""}
          mkdir $out
          tar -I 'zstd -T0' -cf $out/target.tar.zst target
        '';
      }
    );

  buildPackage =
    {
      cargoBuildCommand ? "cargoWithProfile build",
      cargoExtraArgs ? "--locked",
      cargoBuildExtraArgs ? "",
      cargoTestExtraArgs ? "",
      doCheck ? true,
      ...
    }@args:
    mkCargoDerivation (
      args
      // {
        suffix = "";
        command = ''
          ${cargoBuildCommand} --message-format json-render-diagnostics ${cargoExtraArgs} ${cargoBuildExtraArgs} >../build.json
          mkdir -p $out/bin
          sed -nE 's/.*"executable":"([^"]+)".*/\1/p' ../build.json | xargs -I{} cp {} $out/bin/
          ${if doCheck then "cargoWithProfile test ${cargoExtraArgs} ${cargoTestExtraArgs}" else ""}
          eval "''${postInstall:-}"
        '';
      }
    );

  cargoTest =
    {
      cargoExtraArgs ? "--locked",
      cargoTestExtraArgs ? "",
      ...
    }@args:
    mkCargoDerivation (
      args
      // {
        suffix = "-test";
        command = ''
          cargoWithProfile test ${cargoExtraArgs} ${cargoTestExtraArgs}
          mkdir $out
        '';
      }
    );

  cargoClippy =
    {
      cargoExtraArgs ? "--locked",
      cargoClippyExtraArgs ? "--all-targets",
      ...
    }@args:
    mkCargoDerivation (
      args
      // {
        suffix = "-clippy";
        command = ''
          cargoWithProfile clippy ${cargoExtraArgs} ${cargoClippyExtraArgs}
          mkdir $out
        '';
      }
    );

  cargoFmt =
    {
      cargoExtraArgs ? "",
      rustFmtExtraArgs ? "",
      ...
    }@args:
    mkCargoDerivation (
      args
      // {
        suffix = "-fmt";
        cargoArtifacts = null;
        command = ''
          cargo fmt ${cargoExtraArgs} -- --check ${rustFmtExtraArgs}
          mkdir $out
        '';
      }
    );

  # For `nix develop`, which needs a bash as the builder and a `setup` to read.
  devShell =
    { packages }:
    derivation {
      name = "shell";
      system = "x86_64-linux";
      builder = "${bash}/bin/bash";
      args = [
        "-c"
        "echo 'for nix develop only' >&2; exit 1"
      ];
      inherit packages;
      # what nix develop asks of a derivation
      outputs = [ "out" ];
      stdenv = shellSetup;
      path = builtins.concatStringsSep ":" (map (package: "${package}/bin") (packages ++ [ cargo ]));
    };
}
