# program { pname; root; … }: Debian's program, to be called from anywhere: inside a build or, like QEMU,
# in a user's terminal. A script calls the root's own dynamic loader with the root's libraries.
{ pins }:
{
  pname,
  root,
  # programs of the package that are offered, as paths in the root
  programs ? [ "usr/bin/${pname}" ],
  # what to put before the caller's arguments
  arguments ? "",
  meta ? { },
}:
derivation {
  name = pname;
  system = "x86_64-linux";
  builder = "${pins.busybox}/bin/busybox";
  args = [
    "sh"
    ./program.sh
  ];
  inherit (pins) busybox;
  inherit root programs arguments;
}
// {
  inherit pname;
  meta = {
    mainProgram = pname;
  }
  // meta;
}
