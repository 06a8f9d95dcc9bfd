# A minimal Debian with systemd and a web server, as a live ISO: what a machine of ours is measured beside. No maintainer
# script has run, so what this machine needs of their work is done here, by Debian's own tools in a tree that is
# to be its file system.
{
  pins,
  build,
  root,
  xorriso,
  syslinux,
}:
let
  file = "distribution.iso";
  files = build {
    name = "distribution";
    inherit root;
    index = "Hello from Scratch Machine!";
    network = ''
      [Match]
      Name=en* eth*

      [Network]
      DHCP=yes
    '';
    # what was used is told to whoever measures
    cgi = ''
      server.modules += ( "mod_cgi" )
      cgi.assign = ( "/meminfo" => "" )
    '';
    passAsFile = [
      "network"
      "cgi"
    ];
    script = ''
      cp -a ${root}/. tree
      chmod -R u+w tree
      cd tree

      rm -f etc/passwd etc/group
      cp usr/share/base-passwd/passwd.master etc/passwd
      cp usr/share/base-passwd/group.master etc/group
      echo debian >etc/hostname
      : >etc/machine-id
      : >etc/fstab
      ln -sf mawk usr/bin/awk

      cp $networkPath etc/systemd/network/card.network
      cp $cgiPath etc/lighttpd/conf-enabled/meminfo.conf
      mkdir -p var/www/html
      echo "$index" >var/www/html/index.html
      printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\ncat /proc/meminfo\n' >var/www/html/meminfo
      chmod +x var/www/html/meminfo

      mount --rbind /proc proc
      mount --rbind /dev dev
      release=$(ls usr/lib/modules)
      in_tree() { chroot . /usr/bin/env PATH=/usr/sbin:/usr/bin TMPDIR=/tmp "$@"; }
      in_tree ldconfig
      in_tree systemd-sysusers
      in_tree systemctl enable getty@.service remote-fs.target systemd-networkd.service lighttpd.service
      in_tree depmod $release
      # or the first boot would, each time
      in_tree systemd-hwdb update
      in_tree journalctl --update-catalog
      in_tree /usr/lib/systemd/systemd-update-done
      in_tree mkinitramfs -o /boot/initrd $release
      umount -l proc dev

      mkdir -p $out
      mv boot/initrd $out/initrd
      cp boot/vmlinuz-* $out/bzImage
      rm -rf boot/* nix build
      # everything belongs to root: systemd-tmpfiles makes what does not, when it boots
      mksquashfs . $out/filesystem.squashfs -comp xz -all-root -no-progress -quiet
    '';
  };
in
build {
  name = "distribution-iso";
  inherit root;
  nativeBuildInputs = [ xorriso ];
  isolinuxConfiguration = ''
    SERIAL 0 115200
    DEFAULT machine
    PROMPT 0
    TIMEOUT 0
    LABEL machine
      KERNEL /live/bzImage
      INITRD /live/initrd
      APPEND boot=live console=tty0 console=ttyS0,115200
  '';
  passAsFile = [ "isolinuxConfiguration" ];
  passthru = {
    inherit file;
    title = "Debian ${pins.suite} with systemd and lighttpd, live ISO";
    kernel = "${files}/bzImage";
    userSpace = [
      "${files}/initrd"
      "${files}/filesystem.squashfs"
    ];
  };
  script = ''
    mkdir -p tree/isolinux tree/live $out
    cp ${files}/* tree/live/
    cp ${syslinux}/share/syslinux/{isolinux.bin,ldlinux.c32} tree/isolinux/
    cp $isolinuxConfigurationPath tree/isolinux/isolinux.cfg
    chmod -R u=rwX,go=rX tree
    xorriso -as mkisofs -quiet -o $out/${file} \
      -r -b isolinux/isolinux.bin -c isolinux/boot.cat \
      -no-emul-boot -boot-load-size 4 -boot-info-table \
      tree
  '';
}
