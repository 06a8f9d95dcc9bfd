# nixpkgs' tzdata, as far as it is used: the zones by name.
{
  pins,
  build,
  base,
}:
build {
  name = "tzdata";
  root = base;
  nativeBuildInputs = [ pins.busybox ];
  package = pins.debs.tzdata;
  passthru = {
    version = pins.versions.tzdata;
    srcs = [ pins.debs.tzdata ];
  };
  script = ''
    busybox dpkg-deb -x $package package
    mkdir -p $out/share
    cp -r package/usr/share/zoneinfo $out/share/zoneinfo
  '';
}
