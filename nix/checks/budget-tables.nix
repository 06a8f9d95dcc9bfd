# The comparisons behind nix/bench find what is too heavy, what is not as recorded, and limits of nothing.
{ runCommand }:
runCommand "budget-tables" { } ''
  source ${../bench/limits.sh}
  table() { printf '%s\t%s\t%s\n' "$@"; }
  limits() { printf '%s\t%s\t%s\tbytes\n' "$@"; }
  refuses() {
    local message=$1
    shift
    if "$@" >told 2>&1; then
      echo "$*: accepted, and not told '$message'" >&2
      exit 1
    fi
    grep -qxF -- "$message" told || { echo "$*: the message lacks '$message':" >&2; cat told >&2; exit 1; }
  }

  { echo '# a comment'; table demo all 300 demo kernel 200 demo padding 100 tiny all 90; } >sizes
  { echo '# a comment'; limits demo all 300 demo kernel 250; printf 'demo\tboot\t0.45\tseconds\n'; } >limits
  within_limits here limits sizes >told
  diff told - <<'END'
  demo, all: 300 bytes, 0 below the limit
  demo, kernel: 200 bytes, 50 below the limit
  END
  as_recorded sizes sizes
  [[ $(limit_of here limits demo boot seconds) == 0.45 ]]
  refuses "limits has no limit for 'boot' of 'demo' in bytes on here" limit_of here limits demo boot bytes

  limits demo all 299 demo kernel 250 >limits
  refuses 'demo, all: 300 bytes, and 299 is the limit: 1 too many. Its parts:' within_limits here limits sizes
  refuses $'demo\tkernel\t200' within_limits here limits sizes
  limits demo all 400 demo kernal 250 >limits
  refuses "there is a limit for 'kernal' of the image 'demo', and nothing that is called so: is it named otherwise?" \
    within_limits here limits sizes
  printf 'demo\tall\t%s\tbytes\t%s\n' 300 here 1 there >limits
  [[ $(limit_of there limits demo all bytes) == 1 ]]
  within_limits here limits sizes
  printf 'demo\tall\t300\tbytes\tthere\n' >>limits
  refuses 'demo, all: 300 bytes, and 1 is the limit: 299 too many. Its parts:' within_limits there limits sizes
  refuses 'demo, all: a limit on there, and none on elsewhere' within_limits elsewhere limits sizes
  : >limits
  refuses 'limits has no limits' within_limits here limits sizes

  table demo all 290 demo kernel 210 demo program 5 tiny all 90 >recorded
  refuses 'demo, all: 300 bytes, 290 are recorded: grew by 10' as_recorded recorded sizes
  refuses 'demo, kernel: 200 bytes, 210 are recorded: shrank by 10' as_recorded recorded sizes
  refuses 'demo, padding: 100 bytes, and nothing is recorded' as_recorded recorded sizes
  refuses 'demo, program: 5 bytes are recorded, and there is no such part' as_recorded recorded sizes
  [[ $(wc -l <told) -eq 4 ]]
  touch $out
''
