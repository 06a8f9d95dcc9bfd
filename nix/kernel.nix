# The kernel: linux_6_12's source with kernel.config on top of tinyconfig.
{ pkgs }:
let
  inherit (pkgs) lib linux_6_12;

  # Only the options, so that a better reason above one of them builds no kernel.
  isOption =
    line: lib.isString line && builtins.match "CONFIG_.*|# CONFIG_.* is not set" line != null;
  fragment = builtins.toFile "kernel.config" (
    lib.concatMapStrings (line: line + "\n") (
      builtins.filter isOption (builtins.split "\n" (builtins.readFile ./kernel.config))
    )
  );

  # linuxManualConfig wants every option spelled out and must find nothing left to ask, so the options are
  # worked out with the tools and flags that it will build with.
  configfile =
    pkgs.runCommandCC "kernel.config"
      {
        nativeBuildInputs = with pkgs; [
          bc
          bison
          elfutils
          flex
          perl
        ];
        inherit fragment;
        makeFlags = linux_6_12.commonMakeFlags;
      }
      ''
        tar -xf ${linux_6_12.src} --strip-components=1 --no-same-owner
        make $makeFlags tinyconfig
        cat $fragment >>.config
        make $makeFlags olddefconfig
        source ${./kernel-config-survives.sh}
        kernel_config_survives $fragment .config
        cp .config $out
      '';
in
pkgs.linuxManualConfig {
  inherit (linux_6_12) src version modDirVersion;
  inherit configfile;
  # what each is for and what it bought: the patch itself, docs/boot-time.md
  kernelPatches =
    map
      (name: {
        inherit name;
        patch = ./patches + "/${name}.patch";
      })
      [
        "e1000-look-for-the-link-when-the-card-says-so"
        "e1000-read-the-eeprom-by-the-register-for-it"
        "mm-poison-freed-pages-eight-bytes-at-a-time"
        "xz-crc32-of-four-bytes-at-a-time"
      ];
  # said here, so that Nix need not build the configuration to know it
  config = {
    CONFIG_MODULES = "y";
    CONFIG_RUST = "n";
  };
}
