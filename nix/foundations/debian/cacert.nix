# nixpkgs' cacert, as far as it is used: the authorities that Mozilla trusts, in one file.
{
  pins,
  build,
  base,
}:
build {
  name = "cacert";
  root = base;
  nativeBuildInputs = [ pins.busybox ];
  package = pins.debs.ca-certificates;
  passthru = {
    version = pins.versions.ca-certificates;
    srcs = [ pins.debs.ca-certificates ];
  };
  script = ''
    busybox dpkg-deb -x $package package
    mkdir -p $out/etc/ssl/certs
    cat package/usr/share/ca-certificates/mozilla/*.crt >$out/etc/ssl/certs/ca-no-trust-rules-bundle.crt
  '';
}
