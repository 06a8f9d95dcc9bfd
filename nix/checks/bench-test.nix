# The benchmark's own tests, one of which compares the documents with the limits.
{ lib, crates }:
crates.bench.testWith {
  env.CHECKOUT = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.unions [
      ../../README.md
      ../../docs
      ../bench/limits.tsv
    ];
  };
}
