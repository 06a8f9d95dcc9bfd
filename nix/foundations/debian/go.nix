# nixpkgs' go, as far as it is used. Debian's is static, so it runs anywhere; only its place has to be said.
{
  build,
  base,
  root,
}:
build {
  name = "go";
  root = base;
  script = ''
    mkdir -p $out/bin
    printf '#!/usr/bin/bash\nexport GOROOT=%s\nexec $GOROOT/bin/go "$@"\n' ${root}/usr/lib/go-* >$out/bin/go
    chmod +x $out/bin/go
  '';
}
