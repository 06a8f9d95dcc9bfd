# The rules of ARCHITECTURE.md that a machine can check.
{ lib, runCommand }:
runCommand "architecture"
  {
    source = lib.fileset.toSource {
      root = ../..;
      fileset = lib.fileset.unions [
        ../../flake.nix
        ../../nix
        ../../src
        ../../tests/boot
        ../../tools/Cargo.toml
      ];
    };
  }
  ''
    cd $source
    failed=""
    broken() {
      echo "$*" >&2
      failed=yes
    }

    # flake.nix holds inputs and outputs, main.rs the boot from top to bottom
    lines() { wc -l <$1; }
    (($(lines flake.nix) <= 45)) || broken "flake.nix has $(lines flake.nix) lines, and 45 at most are enough"
    (($(lines src/main.rs) < 100)) || broken "src/main.rs has $(lines src/main.rs) lines, and must tell the boot in less than 100"

    # a room of nix/ gets what it needs from the scope, and imports nothing from another
    if grep -rnE '(import|callPackage) +\(?[.][.]/' nix tests/boot --include='*.nix' |
      grep -vE '^nix/(foundations/debian|checks/interface[.]nix)'; then
      broken "these take files from other rooms: let nix/default.nix put them into the scope"
    fi

    # the modules of init know nothing of each other, but for what the boot hands to all of them
    for file in $(find src -name '*.rs'); do
      module=''${file#src/} module=''${module%%/*} module=''${module%.rs}
      case $module in
        # the program itself
        main | lib | boot | c_main) continue ;;
      esac
      for other in $(grep -oE '\bcrate::[a-z_]+' $file | sed 's/crate:://' | sort -u); do
        case $other in
          $module | config | error | logs) ;;
          *) broken "$file calls the module '$other': what it needs of it is handed over by src/boot" ;;
        esac
      done
    done

    # unsafe code is in files that are named for what they call
    for file in $(grep -rlE '\bunsafe \{' src); do
      call=$(basename $file .rs)
      grep -qiE "\b(libc::)?(SYS_)?$call\b" <(grep -v '^ *//' $file) ||
        broken "$file has unsafe code, and is not named for what it calls"
    done
    [[ $(grep -rlE '\bunsafe \{' src | wc -l) -gt 1 ]] || broken "no unsafe code found in src: does this check still look right?"

    [[ ! $failed ]] || exit 1
    touch $out
  ''
