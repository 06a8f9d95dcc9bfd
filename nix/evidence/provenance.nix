# Where an image is from: each file of the ISO and of the initramfs, with the component that it is of, and each
# component with its sources, as JSON. What Nix knows is written down here; tools/provenance adds what a
# look at the built files tells.
{
  cacert,
  lib,
  linux_6_12,
  musl,
  runCommand,
  rustc,
  syslinux,
  tzdata,
  writeText,
  evidenceTools,
  # our own crates, for the programs that are theirs
  crates,
  sources,
}:
{
  iso,
  initrd,
  kernel,
  init,
  modules,
  # the derivation, and what it was made from: { NAME.program; }
  programs,
  given,
}:
let
  ours = [
    crates.init
    crates.demo
  ];
  # These are names only: the audit looks at files, and needs nothing else of what is named here.
  name = value: builtins.unsafeDiscardStringContext "${value}";

  crateOf =
    file:
    builtins.filter (
      crate:
      let
        package = name crate.package;
      in
      builtins.substring 0 (builtins.stringLength package) (name file) == package
    ) ours;

  ofCrate = crate: {
    name = crate.records.program;
    kind = "program";
    inherit (crate.records) version;
    licence = crate.records.license;
    about = "built from this repository";
    linked = {
      records = "${crate.records}";
      program = "${crate.package}/bin/${crate.records.program}";
    };
    contains = [
      "rust-std"
      "libc"
    ];
  };

  # of a file in the store, the path that Nix knows
  storePathOf =
    file:
    let
      path = "${file}";
      parts = builtins.match "(/[^/]*/[^/]*/[^/]*).*" (name file);
    in
    builtins.substring 0 (builtins.stringLength (builtins.head parts)) path;

  ofProgram =
    program:
    let
      file = given.${program}.program;
      known = crateOf file;
    in
    if known == [ ] then
      {
        name = program;
        kind = "program";
        about = "a static executable that mkMachine was given as ${baseNameOf (name file)}; its maker knows its sources";
      }
    else
      ofCrate (builtins.head known);

  place = path: component: { inherit path component; };
  component =
    symlink:
    (
      {
        "/init" = "init";
        "/lib/modules" = "kernel";
      }
      // builtins.listToAttrs (
        map (file: {
          name = file.symlink;
          value = file.component;
        }) initrd.files
      )
    ).${symlink} or "settings";
  # by name, the components of files that a machine asked for
  asked = builtins.listToAttrs (
    map (file: {
      name = file.component;
      value = null;
    }) initrd.files
  );

  facts = {
    inherit (iso) identity;
    image = "${iso}/${iso.file}";
    files = {
      "/bzImage" = place "${kernel}/bzImage" "kernel";
      "/initrd" = place "${initrd}/initrd" "initrd";
      # in no directory of the ISO
      "boot code of the master boot record" = place "${syslinux}/share/syslinux/isohdpfx.bin" "syslinux";
      "\\EFI\\BOOT\\BOOTX64.EFI" = place "${iso.efi}/bootx64.efi" "efi";
      "/isolinux/isolinux.bin" = place "${syslinux}/share/syslinux/isolinux.bin" "syslinux";
      "/isolinux/ldlinux.c32" = place "${syslinux}/share/syslinux/ldlinux.c32" "syslinux";
      "/isolinux/isolinux.cfg" = place "${writeText "isolinux.cfg" iso.isolinuxConfiguration}" "settings";
    };
    trees =
      # what lies where in the initramfs
      map (it: place "${it.object}${it.suffix or ""}" (component it.symlink)) initrd.contents
      ++ map (program: place "${programs}/${program}/exe" "program-${program}") (lib.attrNames given);

    components = {
      image = {
        name = "the ISO's own structures";
        about = "written by tools/image, as nix/machine/iso.nix asks for it";
      };
      initrd = {
        name = "initramfs";
        about = "the archive's own structures, written by cpio; its members are listed below";
      };
      efi = {
        name = "EFI program";
        kind = "loader";
        version = "0.1.0";
        licence = "MIT";
        about = "built from this repository: nix/machine/efi";
      };
      settings = {
        name = "settings";
        kind = "settings";
        about = "the arguments of mkMachine, and the command line made of them";
      };
      layer = {
        name = "layer of settings";
        about = "put over an image by configure, no part of what a checkout describes";
      };
      kernel = {
        name = "linux";
        version = kernel.modDirVersion;
        licence = "GPL-2.0-only WITH Linux-syscall-note";
        kind = "kernel";
        generic = "linux";
        cpe = "o:linux:linux_kernel";
        sources = sources linux_6_12;
        patches = map (it: "${it.patch}") kernel.kernelPatches;
        configuration = "${kernel.configfile}";
      };
      syslinux = {
        name = "syslinux";
        inherit (syslinux) version;
        licence = "GPL-2.0-or-later";
        kind = "loader";
        generic = "syslinux";
        cpe = "a:syslinux:syslinux";
        sources = sources syslinux;
      };
      rust-std = {
        name = "Rust's standard library";
        inherit (rustc) version;
        licence = "MIT OR Apache-2.0";
        kind = "library";
        generic = "rust-std";
        cpe = "a:rust-lang:rust";
        about = "with the crates that it is made of, an unwinder, and what starts a program";
        sources = sources rustc;
      };
      libc = {
        name = "musl";
        inherit (musl) version;
        licence = "MIT";
        kind = "library";
        generic = "musl";
        cpe = "a:musl-libc:musl";
        sources = sources musl;
      };
      init = ofCrate crates.init;
    }
    // builtins.intersectAttrs asked {
      certificates = {
        name = "CA certificates";
        kind = "library";
        inherit (cacert) version;
        licence = "MPL-2.0";
        generic = "ca-certificates";
        about = "the authorities that Mozilla trusts, and those that mkMachine was given";
        sources = sources cacert;
      };
      time-zones = {
        name = "time zones";
        kind = "library";
        inherit (tzdata) version;
        licence = "LicenseRef-public-domain";
        generic = "tzdata";
        about = "the IANA's database";
        sources = sources tzdata;
      };
    }
    // builtins.listToAttrs (
      map (program: {
        name = "program-${program}";
        value = ofProgram program;
      }) (lib.attrNames given)
    );
  };
in
runCommand "provenance.json"
  {
    facts = builtins.toJSON facts;
    passAsFile = [ "facts" ];
    # what comes along with programs is known only when they are built
    exportReferencesGraph = builtins.concatMap (program: [
      "closure-${program}"
      (storePathOf given.${program}.program)
    ]) (builtins.filter (program: given.${program}.closure) (lib.attrNames given));
  }
  ''
    shopt -s nullglob
    ${evidenceTools}/bin/provenance $factsPath closure-* >$out
  ''
