# nixpkgs' systemd, as far as it is used: what a kernel image for UEFI begins with.
{
  pins,
  build,
  base,
}:
build {
  name = "systemd";
  root = base;
  nativeBuildInputs = [ pins.busybox ];
  package = pins.debs.systemd-boot-efi;
  script = ''
    busybox dpkg-deb -x $package package
    mkdir -p $out/lib/systemd/boot/efi
    cp package/usr/lib/systemd/boot/efi/linuxx64.efi.stub $out/lib/systemd/boot/efi/
  '';
}
