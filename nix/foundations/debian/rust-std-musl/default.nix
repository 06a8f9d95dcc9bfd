# Rust's standard library for x86_64-unknown-linux-musl, which Debian has as source only: a sysroot for rustc,
# with musl and an unwinder in it, so that nothing else is needed to link a static program.
{
  pins,
  build,
  rust,
  vendorCargoDeps,
}:
build {
  name = "rust-std-musl";
  root = rust;
  nativeBuildInputs = [ pins.busybox ];
  packages = map (name: pins.debs.${name}) [
    "libunwind-19-dev"
    "musl-dev"
    "rust-src"
  ];
  vendor = vendorCargoDeps ./Cargo.lock;
  passthru.srcs =
    map (name: pins.debs.${name}) [
      "rust-src"
      "libunwind-19-dev"
      "libgcc-14-dev"
    ]
    ++ map (package: package.file) (pins.crates ./Cargo.lock);
  manifest = ./Cargo.toml;
  lock = ./Cargo.lock;
  fortify = ./fortify.c;
  # a stable compiler compiles its own library, and cargo sets flags for one crate of it
  RUSTC_BOOTSTRAP = "1";
  script = ''
    for package in $packages; do
      busybox dpkg-deb -x $package package
    done
    cp -r package/usr/src/rustc-*/library .
    # what other systems need is not there
    sed -i "/^\[target\.\('cfg(target_os\|'cfg(any\|x86_64-fortanix\)/,/^$/d" library/{std,unwind}/Cargo.toml

    mkdir std
    cd std
    cp $lock Cargo.lock
    cat $manifest - >Cargo.toml <<EOF
    sysroot = { path = "../library/sysroot", features = ["optimize_for_size"] }
    EOF
    export CARGO_HOME=$TMPDIR/cargo-home CARGO_BUILD_JOBS=$NIX_BUILD_CORES
    mkdir $CARGO_HOME
    cat >$CARGO_HOME/config.toml <<EOF
    [source.crates-io]
    replace-with = "vendored"
    [source.vendored]
    directory = "$vendor"

    [patch.crates-io]
    rustc-std-workspace-core.path = "/build/library/rustc-std-workspace-core"
    rustc-std-workspace-alloc.path = "/build/library/rustc-std-workspace-alloc"
    rustc-std-workspace-std.path = "/build/library/rustc-std-workspace-std"

    [profile.release]
    opt-level = "s"
    # what a program with panic=abort links, and rustc insists that it is compiled so
    [profile.release.package.panic_abort]
    rustflags = ["-Cpanic=abort"]
    [unstable]
    profile-rustflags = true

    [build]
    target = "x86_64-unknown-linux-musl"
    # Bitcode is what programs are optimized with as a whole (lto). What the library's crates have that is not
    # marked as stable is no program's to use.
    rustflags = [
      "-Cembed-bitcode=yes",
      "-Zforce-unstable-if-unmarked",
      "--remap-path-prefix=/build/library=std",
      "--remap-path-prefix=$vendor=crates",
    ]
    EOF
    cargo build --release --offline --package sysroot
    cd ..

    lib=$out/lib/rustlib/x86_64-unknown-linux-musl/lib
    mkdir -p $lib/self-contained
    cp std/target/x86_64-unknown-linux-musl/release/deps/*.rlib $lib/
    cd $lib/self-contained
    cp /build/package/usr/lib/x86_64-linux-musl/{crt1.o,rcrt1.o,crti.o,crtn.o,libc.a} .
    cp /usr/lib/gcc/x86_64-linux-gnu/*/crt{begin,end}{,S}.o .
    cp /build/package/usr/lib/llvm-19/lib/libunwind.a .
    gcc -Os -fPIC -fno-builtin -U_FORTIFY_SOURCE -c $fortify -o /build/fortify.o
    ar r libunwind.a /build/fortify.o
  '';
}
