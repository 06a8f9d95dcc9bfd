# The Go experiment's program, made again: everything in one, as small as Go's own linker makes it.
{
  go,
  runCommand,
  executable,
}:
let
  built = runCommand "experiment-unstripped" { nativeBuildInputs = [ go ]; } ''
    mkdir -p source $out/bin
    cp -r ${./experiment}/. source
    cd source
    export HOME=$TMPDIR GOCACHE=$TMPDIR/cache CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-trimpath
    go build -ldflags '-s -w' -o $out/bin/experiment .
  '';
in
# nixpkgs' Go puts places of the store into its standard library
executable {
  name = "experiment";
  file = "${built}/bin/experiment";
}
