# All that our expressions may use of nixpkgs and crane. The two foundations have this in common, each
# attribute with the same meaning; nix/checks/interface.nix holds both to it.
{
  pkgs = [
    "OVMF"
    "bc"
    "binutils"
    "bison"
    "cacert"
    "cpio"
    "diffoscopeMinimal"
    "elfutils"
    "flex"
    "glibc"
    "go"
    "lib"
    "linuxManualConfig"
    "linux_6_12"
    "makeInitrd"
    "musl"
    "nixfmt"
    "nukeReferences"
    "perl"
    "pkgsStatic"
    "qemu_test"
    "rsyslog"
    "runCommand"
    "runCommandCC"
    "rustc"
    "shellcheck"
    "syslinux"
    "systemd"
    "tzdata"
    "writeShellApplication"
    "writeText"
    "xorriso"
    "zstd"
  ];
  lib = [
    "all"
    "attrNames"
    "concatMapStrings"
    "concatStringsSep"
    "fileset"
    "getExe"
    "getOutput"
    "isAttrs"
    "isList"
    "isString"
    "mapAttrs"
    "subtractLists"
  ];
  craneLib = [
    "buildPackage"
    "cargoClippy"
    "cargoFmt"
    "devShell"
    "vendorCargoDeps"
  ];
  # crane's library for pkgsStatic, which compiles for musl
  staticCraneLib = [
    "buildDepsOnly"
    "buildPackage"
    "cargoClippy"
    "cargoFmt"
    "cargoTest"
    "vendorCargoDeps"
  ];
}
