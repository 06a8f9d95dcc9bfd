# The programs as init finds them in /programs: $out/NAME/exe, one a line its arguments in $out/NAME/args, and, if it has
# any, its variables in $out/NAME/env, each with a zero behind it.
{
  lib,
  runCommand,
  writeText,
  executable,
}:
programs:
let
  separator = builtins.fromJSON "\"\\u0001\"";
  install =
    name:
    let
      inherit (programs.${name})
        program
        args
        closure
        env
        ;
      arguments = writeText "${name}-args" (lib.concatMapStrings (argument: argument + "\n") args);
      # with a character that no value has in the place of the zeros, which no text of Nix can have
      variables = writeText "${name}-env" (
        lib.concatMapStrings (variable: "${variable}=${toString env.${variable}}${separator}") (
          lib.attrNames env
        )
      );
      file = executable {
        inherit name;
        file = "${program}";
      };
    in
    ''
      mkdir ${name}
      ${
        if closure then
          # where it is, with all that it refers to
          "[[ -x ${program} ]] && ln -s ${program} ${name}/exe || { echo 'mkMachine: ${program}: not executable' >&2; exit 1; }"
        else
          "place ${file}/bin/${name} ${name}/exe"
      }
      place ${arguments} ${name}/args
    ''
    + (
      if env == { } then
        ""
      else
        ''
          tr '\001' '\000' <${variables} >variables
          place variables ${name}/env
          rm variables
        ''
    );
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
