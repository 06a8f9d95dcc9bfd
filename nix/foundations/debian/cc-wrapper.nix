# nixpkgs' stdenv.cc: the compilers of the `build` root, with the manners of nixpkgs' wrappers, so that what nixpkgs
# would refuse a build is refused here.
{ build, base }:
build {
  name = "cc-wrapper";
  root = base;
  script = ''
    mkdir -p $out/bin
    for name in c++ cc g++ gcc ld; do
      cp ${./cc-wrapper} $out/bin/$name
    done
    chmod 555 $out/bin/*
  '';
}
