# nixpkgs' rsyslog, as far as it is used: the daemon, with its modules where it would look for them itself.
{ program, root }:
program {
  pname = "rsyslogd";
  inherit root;
  programs = [ "usr/sbin/rsyslogd" ];
  arguments = "-M ${root}/usr/lib/x86_64-linux-gnu/rsyslog";
}
