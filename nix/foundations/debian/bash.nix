# nixpkgs' bash: a static one, so that it can stand in a script's first line anywhere.
{
  pins,
  build,
  base,
}:
build {
  name = "bash";
  root = base;
  deb = pins.debs.bash-static;
  nativeBuildInputs = [ pins.busybox ];
  script = ''
    busybox dpkg-deb -x $deb package
    mkdir -p $out/bin
    cp package/usr/bin/bash-static $out/bin/bash
  '';
}
