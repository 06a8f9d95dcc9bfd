# The log's sender against a real collector: the tests that are ignored where there is no rsyslogd.
{ rsyslog, crates }:
crates.init.testWith {
  pname = "collector";
  nativeBuildInputs = [ rsyslog ];
  # cargo is content when no test ran at all
  cargoTestExtraArgs = ''
    --test collector -- --include-ignored | tee output
    grep -E '^test rsyslog_.* ok$' output
  '';
}
