# Every fuzz target, from its seeds, for a bounded time and always the same way. A longer search is made by hand
# (ARCHITECTURE.md).
{ runCommandCC, crates }:
# what libFuzzer is linked with is where the compilers are
runCommandCC "fuzz" { seeds = ../../tests/fuzz/seeds; } ''
  export targets=${crates.fuzz.package}/bin
  diff <(ls $targets) <(ls $seeds) || { echo "each target has seeds in tests/fuzz/seeds, and nothing else has" >&2; exit 1; }
  fuzz() {
    mkdir $1
    if ! $targets/$1 -seed=1 -runs=100000 -max_total_time=10 -max_len=1024 -timeout=10 -rss_limit_mb=1024 \
      $1 $seeds/$1 >$1.log 2>&1; then
      tail -n 100 $1.log >&2
      echo "fuzzing $1 found this" >&2
      exit 1
    fi
    # it is also content with the seeds alone, and without anything to follow
    grep -qa 'inline 8-bit counters' $1.log || { echo "$1 is not instrumented" >&2; exit 1; }
    grep -aE '^Done [0-9]{4,} runs' $1.log >$1.done || { echo "$1 hardly ran" >&2; exit 1; }
    echo "$1: $(<$1.done)"
  }
  export -f fuzz
  ls $targets | xargs -P $NIX_BUILD_CORES -I TARGET $SHELL -euc 'fuzz TARGET' | tee $out
''
