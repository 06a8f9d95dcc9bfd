# nixpkgs' diffoscopeMinimal: a script in Python, with the interpreter and what that loads from its own root.
{ writeShellApplication, root }:
writeShellApplication {
  name = "diffoscope";
  text = ''
    export LIBARCHIVE=libarchive.so.13 MAGIC=${root}/usr/lib/file/magic.mgc
    # isolated from the caller's Python, and without writing byte code into the store, as root could
    exec ${root}/usr/lib64/ld-linux-x86-64.so.2 --library-path ${root}/usr/lib/x86_64-linux-gnu \
      ${root}/usr/bin/python3 -IB ${root}/usr/bin/diffoscope "$@"
  '';
}
