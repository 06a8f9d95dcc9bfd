# The programs as init finds them in /programs: $out/NAME/exe and, one a line, its arguments in $out/NAME/args.
{
  lib,
  runCommand,
  writeText,
  executable,
}:
programs:
let
  install =
    name:
    let
      inherit (programs.${name}) program args;
      arguments = writeText "${name}-args" (lib.concatMapStrings (argument: argument + "\n") args);
      file = executable {
        inherit name;
        file = "${program}";
      };
    in
    ''
      mkdir ${name}
      place ${file}/bin/${name} ${name}/exe
      place ${arguments} ${name}/args
    '';
in
runCommand "programs" { } (
  ''
    # Of equal files there is one, and links to it. An image has no room for it twice; and a store may keep equal files
    # as one (auto-optimise-store), of which nixpkgs' makeInitrd would make another archive.
    place() {
      local there
      for there in */*; do
        if [[ ! -L $there ]] && cmp --quiet $1 "$there"; then
          ln -s "../$there" $2
          return
        fi
      done
      cp $1 $2
    }
    mkdir $out
    cd $out
  ''
  + lib.concatMapStrings install (lib.attrNames programs)
)
