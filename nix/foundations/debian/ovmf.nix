# nixpkgs' OVMF, as far as it is used: UEFI for QEMU, as files of its own flash memory.
{
  pins,
  build,
  base,
}:
let
  ovmf = build {
    name = "ovmf";
    root = base;
    nativeBuildInputs = [ pins.busybox ];
    package = pins.debs.ovmf;
    script = ''
      busybox dpkg-deb -x $package package
      mkdir -p $out/FV
      for part in CODE VARS; do
        cp package/usr/share/OVMF/OVMF_''${part}_4M.fd $out/FV/OVMF_$part.fd
      done
    '';
  };
in
ovmf
// {
  firmware = "${ovmf}/FV/OVMF_CODE.fd";
  variables = "${ovmf}/FV/OVMF_VARS.fd";
}
