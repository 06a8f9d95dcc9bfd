# The comparison behind nix/kernel/hardening finds what is not met, what is excused for nothing, and a count that is
# not the recorded one.
{ runCommand }:
runCommand "hardening-tables" { } ''
  source ${../kernel/hardening/hold-against.sh}
  printf 'A\ty\nB\t4096\nE\tc\n' >actual
  row() { printf '%s\t%s\t%s\t%s\n' "$@" >>table; }
  table() { printf 'exceptions %s\n' "$1" >table; }
  refuses() {
    if hold_against table actual >/dev/null 2>message; then
      echo "accepted, and not told '$1':" >&2
      cat table >&2
      exit 1
    fi
    grep -qF -- "$1" message || { echo "the message lacks '$1':" >&2; cat message >&2; exit 1; }
  }

  good() {
    table 2
    row A y kspp ""
    row B '65536|4096' kspp ""
    row C - kspp ""
    row D 'off|-' kspp ""
    row E '!(off)' kspp ""
    row A - kspp 'needed: it is'
    row C y kspp 'size: too big'
  }
  good
  [[ $(hold_against table actual) == 'table: 5 recommendations are met, 2 are not, each for a reason' ]]

  good; row C 1 kspp ""; refuses "C is '-', and kspp want '1'"
  good; row B '409?5' kspp ""; refuses "B is '4096'"
  good; row E 'off' kspp ""; refuses "E is 'c'"
  good; row B '*' kspp 'speed: slow'; refuses "take its reason away, 'speed: slow'"
  good; row C z kspp 'because'; refuses 'a reason begins with'
  good; row C z kspp 'size: '; refuses 'a reason begins with'
  good; row A y defconfig ""; refuses 'twice'
  good; printf 'A\ty\tkspp\n' >>table; refuses 'four fields'
  good; printf 'A y kspp \n' >>table; refuses 'four fields'
  good; printf 'A\t\tkspp\t\n' >>table; refuses 'four fields'
  good; printf 'A\ty\tkspp\t\t\n' >>table; refuses 'four fields'
  good; sed -i 's/exceptions 2/exceptions 1/' table; refuses '2 recommendations have a reason not to be met, and 1 are recorded'
  good; sed -i 's/exceptions 2/exceptions 3/' table; refuses "record it, 'exceptions 2'"
  good; sed -i '/exceptions/d' table; refuses "no line 'exceptions N'"
  table 0; refuses 'recommends nothing'
  touch $out
''
