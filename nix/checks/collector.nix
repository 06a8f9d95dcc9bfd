# The log's sender against a real collector: the tests that are ignored where there is no rsyslogd.
{ pkgs, crates }:
crates.init.testWith {
  pname = "collector";
  nativeBuildInputs = [ pkgs.rsyslog ];
  # cargo is content when no test ran at all
  cargoTestExtraArgs = ''
    --test collector -- --include-ignored | tee output
    grep -E '^test rsyslog_.* ok$' output
  '';
}
