# The attributes of nixpkgs that scratchmachine uses, each with nixpkgs' own meaning, from Debian packages.
# Nothing is here that no expression asks for: nix/checks/interface.nix sees to it.
let
  pins = import ./pins.nix;

  # What each file here asks for at its head.
  scope = import ../../scope.nix (callPackage: {
    inherit pins;
    inherit (writers) runCommand writeShellApplication;
    root = callPackage ./root.nix { };
    build = callPackage ./build.nix { };
    program = callPackage ./program.nix { };
    vendorCargoDeps = callPackage ./vendor-cargo-deps.nix { };

    # root file systems
    base = scope.root "base";
    toolchain = scope.root "build";
    rust = scope.root "rust";
    image = scope.root "image";

    cc = callPackage ./cc-wrapper.nix { };
    bash = callPackage ./bash.nix { };
    runtimeShell = "${scope.bash}/bin/bash";
    cpio = imageProgram "cpio";
    zstd = imageProgram "zstd";
    xorriso = imageProgram "xorriso";
    syslinux = callPackage ./syslinux.nix { };

    # Also for ./debian-nix, which fetches crates with it.
    cargo = scope.program {
      pname = "cargo";
      root = scope.rust;
      programs = [
        "usr/bin/cargo"
        "usr/bin/cargo-clippy"
        "usr/bin/cargo-fmt"
        "usr/bin/clippy-driver"
        "usr/bin/rustc"
        "usr/bin/rustfmt"
      ];
    };
    craneLib = callPackage ./crane.nix { };
    rustStdMusl = callPackage ./rust-std-musl { };
    # Static programs are linked with musl, as in nixpkgs' pkgsStatic.
    staticCraneLib = callPackage ./crane.nix {
      target = {
        # as pkgsStatic's stdenv has it (pkgs/stdenv/adapters.nix), for everything that is linked
        NIX_CFLAGS_LINK = "-static";
        CARGO_BUILD_TARGET = "x86_64-unknown-linux-musl";
        # musl once more at the end: the linker takes from it only what was asked for so far, and the library's core,
        # which may ask last, needs bcmp
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS = "--sysroot=${scope.rustStdMusl} -Clink-arg=-lc";
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTDOCFLAGS = "--sysroot=${scope.rustStdMusl}";
      };
    };
  });
  inherit (scope) callPackage root;
  # nixpkgs' trivial builders
  writers = callPackage ./writers.nix { };

  imageProgram =
    pname:
    scope.program {
      inherit pname;
      root = scope.image;
    };
  # What compiles is used inside the `build` root, where it already is.
  inBuildRoot = name: writers.runCommand name { } "mkdir -p $out/bin";

  pkgs = {
    lib = import ./lib.nix;
    inherit (writers)
      runCommand
      runCommandCC
      writeText
      writeShellApplication
      ;
    inherit (scope)
      cpio
      syslinux
      xorriso
      zstd
      ;

    makeInitrd = callPackage ./make-initrd.nix { };
    linuxManualConfig = callPackage ./linux-manual-config.nix { };
    linux_6_12 = callPackage ./linux.nix { };
    OVMF = callPackage ./ovmf.nix { };
    systemd = callPackage ./systemd.nix { };
    cacert = callPackage ./cacert.nix { };
    tzdata = callPackage ./tzdata.nix { };
    qemu_test = callPackage ./qemu.nix { root = root "qemu"; };
    rsyslog = callPackage ./rsyslog.nix { root = root "collector"; };
    prometheus = callPackage ./prometheus.nix { root = root "prometheus"; };
    inherit (callPackage ./readers.nix { root = root "readers"; })
      dosfstools
      file
      libarchive
      mtools
      p7zip
      util-linux
      ;
    go = callPackage ./go.nix { root = root "go"; };
    diffoscopeMinimal = callPackage ./diffoscope.nix { root = root "diffoscope"; };
    nixfmt = callPackage ./nixfmt { };
    nukeReferences = callPackage ./nuke-references.nix { };

    shellcheck = imageProgram "shellcheck";
    binutils = scope.program {
      pname = "binutils";
      root = scope.toolchain;
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
      inherit (scope.rustStdMusl) srcs;
    };

    glibc.static = inBuildRoot "glibc-static";
    bison = inBuildRoot "bison";
    flex = inBuildRoot "flex";
    perl = inBuildRoot "perl";
    bc = inBuildRoot "bc";
    elfutils = inBuildRoot "elfutils";

    pkgsStatic = {
      inherit (pins) busybox;
    };
  };
in
{
  inherit pkgs;
  inherit (scope) craneLib staticCraneLib cargo;
  inherit (pins) places;
  distribution = callPackage ./distribution.nix { root = root "distribution"; };
}
