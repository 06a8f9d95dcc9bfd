# A small machine as one would put it together by hand: a stock kernel, busybox's init, udhcpc and httpd.
{
  pkgsStatic,
  runCommand,
  executable,
  stockIso,
  drivers,
  greeting,
}:
let
  busybox = executable {
    name = "busybox";
    file = "${pkgsStatic.busybox}/bin/busybox";
  };
  # a script's first line, and init, find what they are by this name
  applets = runCommand "applets" { } ''
    mkdir $out
    for applet in sh mount insmod ifconfig route udhcpc cat echo; do
      ln -s ${busybox}/bin/busybox $out/$applet
    done
    ln -s ${busybox}/bin/busybox $out/busybox
  '';
  scripts = runCommand "scripts" { } ''
    mkdir $out
    cp ${./conventional}/{inittab,rcS,udhcpc} $out/
    chmod +x $out/{rcS,udhcpc}
  '';
  www = runCommand "www" { } ''
    mkdir -p $out/cgi-bin
    echo '${greeting}' >$out/index.html
    cp ${./conventional/meminfo} $out/cgi-bin/meminfo
    chmod +x $out/cgi-bin/meminfo
  '';
in
stockIso {
  name = "conventional";
  userSpace = [ "${busybox}/bin/busybox" ];
  contents = [
    {
      object = busybox;
      suffix = "/bin/busybox";
      symlink = "/init";
    }
    {
      object = applets;
      symlink = "/bin";
    }
    {
      object = scripts;
      symlink = "/etc";
    }
    {
      object = www;
      symlink = "/www";
    }
    {
      object = drivers;
      symlink = "/lib/modules";
    }
  ];
}
