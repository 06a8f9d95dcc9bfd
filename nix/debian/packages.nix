# The attributes of nixpkgs that scratchmachine uses, each with nixpkgs' own meaning, from Debian packages.
# Nothing is here that no expression asks for: nix/checks/interface.nix sees to it.
let
  pins = import ./pins.nix;
  root = import ./root.nix { inherit pins; };
  build = import ./build.nix { inherit pins; };
  program = import ./program.nix { inherit pins; };

  base = root "base";
  toolchain = root "build";
  rust = root "rust";
  image = root "image";

  imageProgram =
    pname:
    program {
      inherit pname;
      root = image;
    };

  writers = import ./writers.nix {
    inherit
      build
      base
      toolchain
      cc
      ;
    runtimeShell = "${bash}/bin/bash";
  };

  cc = import ./cc-wrapper.nix { inherit build base; };
  bash = import ./bash.nix { inherit pins build base; };
  cpio = imageProgram "cpio";
  zstd = imageProgram "zstd";

  lib = import ./lib.nix;
  vendorCargoDeps = import ./vendor-cargo-deps.nix { inherit pins build base; };
  crane =
    target:
    import ./crane.nix {
      inherit
        build
        base
        rust
        vendorCargoDeps
        zstd
        bash
        cargo
        cc
        target
        ;
    };
  craneLib = crane { };

  # Static programs are linked with musl, as in nixpkgs' pkgsStatic.
  rustStdMusl = import ./rust-std-musl {
    inherit
      pins
      build
      rust
      vendorCargoDeps
      ;
  };
  staticCraneLib = crane {
    # as pkgsStatic's stdenv has it (pkgs/stdenv/adapters.nix), for everything that is linked
    NIX_CFLAGS_LINK = "-static";
    CARGO_BUILD_TARGET = "x86_64-unknown-linux-musl";
    # musl once more at the end: the linker takes from it only what was asked for so far, and the library's core,
    # which may ask last, needs bcmp
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS = "--sysroot=${rustStdMusl} -Clink-arg=-lc";
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTDOCFLAGS = "--sysroot=${rustStdMusl}";
  };

  # Also for ./debian-nix, which fetches crates with it.
  cargo = program {
    pname = "cargo";
    root = rust;
    programs = [
      "usr/bin/cargo"
      "usr/bin/cargo-clippy"
      "usr/bin/cargo-fmt"
      "usr/bin/clippy-driver"
      "usr/bin/rustc"
      "usr/bin/rustfmt"
    ];
  };

  # What compiles is used inside the `build` root, where it already is.
  inBuildRoot = name: writers.runCommand name { } "mkdir -p $out/bin";
in
rec {
  inherit craneLib staticCraneLib cargo;
  inherit (pins) places;

  distribution = import ./distribution.nix {
    inherit pins build;
    inherit (pkgs) syslinux xorriso;
    root = root "distribution";
  };

  pkgs = {
    inherit lib;
    inherit (writers)
      runCommand
      runCommandCC
      writeText
      writeShellApplication
      ;

    makeInitrd = import ./make-initrd.nix {
      inherit
        build
        base
        cpio
        zstd
        ;
    };
    linuxManualConfig = import ./linux-manual-config.nix { inherit build toolchain; };
    linux_6_12 = import ./linux.nix { inherit pins build base; };
    syslinux = import ./syslinux.nix {
      inherit
        pins
        build
        base
        image
        ;
    };
    qemu_test = import ./qemu.nix {
      inherit program;
      root = root "qemu";
    };
    rsyslog = import ./rsyslog.nix {
      inherit program;
      root = root "collector";
    };
    go = import ./go.nix {
      inherit build base;
      root = root "go";
    };
    diffoscopeMinimal = import ./diffoscope.nix {
      inherit (writers) writeShellApplication;
      root = root "diffoscope";
    };
    nixfmt = import ./nixfmt { inherit craneLib; };
    nukeReferences = import ./nuke-references.nix { inherit writers; };

    inherit cpio zstd;
    xorriso = imageProgram "xorriso";
    shellcheck = imageProgram "shellcheck";
    binutils = program {
      pname = "binutils";
      root = toolchain;
      programs = [
        "usr/bin/objcopy"
        "usr/bin/readelf"
      ];
    };

    # What our programs have linked in, told to audits.
    musl = {
      version = pins.versions.musl-dev;
      srcs = [ pins.debs.musl-dev ];
    };
    rustc = {
      version = pins.versions.rust-src;
      inherit (rustStdMusl) srcs;
    };

    glibc.static = inBuildRoot "glibc-static";
    bison = inBuildRoot "bison";
    flex = inBuildRoot "flex";
    perl = inBuildRoot "perl";
    bc = inBuildRoot "bc";
    elfutils = inBuildRoot "elfutils";

    pkgsStatic = {
      # flake.nix hands it to mkLib, which looks at nothing else
      stdenv.hostPlatform.isStatic = true;
      inherit (pins) busybox;
    };
  };
}
