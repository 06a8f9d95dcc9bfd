# No two files of an initramfs are equal: where the store keeps such files as one (auto-optimise-store), nixpkgs'
# makeInitrd writes one file with two names, and the image is another one than where the store does not.
{
  lib,
  runCommand,
  mkMachine,
  tiny,
  demo,
}:
let
  # the same program, with the same arguments and with none
  program = demo;
  twins = mkMachine {
    # the less there is to build, the better: no modules
    profile = "tiny";
    programs = {
      a = program;
      b = program;
      c = {
        inherit program;
        args = [ "8080" ];
      };
      d = {
        inherit program;
        args = [ "8080" ];
      };
    };
  };
  files = machine: toString (map (it: it.object) machine.initrd.contents);
in
runCommand "no-equal-files" { } ''
  for files in ${
    lib.concatMapStrings (machine: "'${files machine}' ") [
      tiny
      twins
    ]
  }; do
    find $files -type f -exec sha256sum {} + | sort >hashes
    [[ -s hashes ]]
    uniq --check-chars=64 --all-repeated hashes >equal
    [[ ! -s equal ]] || { echo "files of one initramfs are equal:" >&2; cat equal >&2; exit 1; }
  done
  # every program is there all the same
  for program in a b c d; do
    cmp ${twins.programs}/{a,$program}/exe
  done
  cmp <(echo 8080) ${twins.programs}/d/args
  cmp <(:) ${twins.programs}/b/args
  touch $out
''
