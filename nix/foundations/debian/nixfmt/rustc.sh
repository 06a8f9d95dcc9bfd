#!/bin/sh
# rustc, with the features that nixfmt_rs uses and that were not stable yet in Rust 1.85.
case "$*" in
  *"--crate-name nixfmt_rs "*)
    set -- "$@" "-Zcrate-attr=feature(const_vec_string_slice,integer_sign_cast,let_chains)"
    ;;
esac
exec "$@"
