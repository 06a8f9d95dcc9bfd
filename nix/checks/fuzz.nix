# Every fuzz target, from its seeds, for a bounded time and always the same way. A longer search is made by hand
# (ARCHITECTURE.md).
{ runCommandCC, crates }:
# what libFuzzer is linked with is where the compilers are
runCommandCC "fuzz" { seeds = ../../tests/fuzz/seeds; } ''
  targets=${crates.fuzz.package}/bin
  diff <(ls $targets) <(ls $seeds) || { echo "each target has seeds in tests/fuzz/seeds, and nothing else has" >&2; exit 1; }
  for target in $(ls $targets); do
    mkdir $target
    if ! $targets/$target -seed=1 -runs=100000 -max_total_time=20 -max_len=1024 -timeout=10 -rss_limit_mb=1024 \
      $target $seeds/$target >log 2>&1; then
      tail -n 100 log >&2
      echo "fuzzing $target found this" >&2
      exit 1
    fi
    # it is also content with the seeds alone, and without anything to follow
    grep -qa 'inline 8-bit counters' log || { echo "$target is not instrumented" >&2; exit 1; }
    grep -aE '^Done [0-9]{4,} runs' log >done || { echo "$target hardly ran" >&2; exit 1; }
    echo "$target: $(<done)"
  done | tee $out
''
