# A minimal NixOS with a web server, as a live ISO: what a machine of ours is measured beside where nixpkgs is the
# foundation.
{ nixpkgs, system }:
let
  inherit (nixpkgs) lib;
  pkgs = nixpkgs.legacyPackages.${system};
  inherit
    (nixpkgs.lib.nixosSystem {
      modules = [
        "${nixpkgs}/nixos/modules/profiles/minimal.nix"
        "${nixpkgs}/nixos/modules/installer/cd-dvd/iso-image.nix"
        {
          nixpkgs.hostPlatform = system;
          isoImage.makeBiosBootable = true;
          system.stateVersion = lib.trivial.release;
          boot.kernelPackages = pkgs.linuxPackages_6_12;
          boot.kernelParams = [
            "console=tty0"
            "console=ttyS0,115200"
            # with units' names, by which the benchmark tells the phases: systemd(1)
            "systemd.show_status=1"
            "systemd.status_unit_format=combined"
          ];
          # the kernel's messages on the console, which tell the phases too: NixOS would have 4
          boot.consoleLogLevel = 7;
          # or nixpkgs' source would be in the image
          nixpkgs.flake = {
            setNixPath = false;
            setFlakeRegistry = false;
          };
          # a second: none would be forever
          boot.loader.timeout = lib.mkForce 1;
          networking.useNetworkd = true;
          networking.firewall.enable = false;
          documentation.enable = false;
          services.lighttpd = {
            enable = true;
            enableModules = [ "mod_cgi" ];
            document-root = pkgs.runCommand "www" { } ''
              mkdir $out
              echo 'Hello from Scratch Machine!' >$out/index.html
              printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\necho "$(</proc/meminfo)"\n' >$out/meminfo
            '';
            extraConfig = ''
              cgi.assign = ( "/meminfo" => "${pkgs.runtimeShell}" )
            '';
          };
        }
      ];
    })
    config
    ;
  file = "distribution.iso";
  distribution = pkgs.runCommand "distribution" { nativeBuildInputs = [ pkgs.xorriso ]; } ''
    mkdir $out
    ln -s ${config.system.build.isoImage}/iso/*.iso $out/${file}
    # no derivation of its own: it is packed where the ISO is
    xorriso -osirrox on -indev $out/${file} -extract /nix-store.squashfs $out/nix-store.squashfs
  '';
in
distribution
// {
  inherit file;
  title = "NixOS ${lib.trivial.release} with systemd and lighttpd, live ISO";
  kernel = "${config.system.build.kernel}/${config.system.boot.loader.kernelFile}";
  userSpace = [
    "${config.system.build.initialRamdisk}/${config.system.boot.loader.initrdFile}"
    "${distribution}/nix-store.squashfs"
  ];
}
