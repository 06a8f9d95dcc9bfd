# A foundation's lib does what nixpkgs' does with what we may ask of it, and refuses what that refuses: one table, whose
# values are nixpkgs'.
{ lib, runCommand }:
let
  inherit (lib) fileset;

  package =
    more:
    {
      type = "derivation";
      outPath = "/out";
    }
    // more;
  source =
    root: files:
    fileset.toSource {
      inherit root;
      fileset = fileset.unions files;
    };
  # what is in it
  list = directory: lib.mapAttrs (_: type: type) (builtins.readDir directory);

  same = {
    all-of-none = {
      is = lib.all (_: throw "asked") [ ];
      wanted = true;
    };
    attrNames-sorted = {
      is = lib.attrNames {
        b = throw "asked";
        a = 1;
      };
      wanted = [
        "a"
        "b"
      ];
    };
    concatMapStrings = {
      is = lib.concatMapStrings (it: it + ",") [
        "a"
        "b"
      ];
      wanted = "a,b,";
    };
    concatStringsSep = {
      is = lib.concatStringsSep ", " [
        "a"
        "b"
      ];
      wanted = "a, b";
    };
    isAttrs = {
      is = map lib.isAttrs [
        { }
        [ ]
        ""
        null
      ];
      wanted = [
        true
        false
        false
        false
      ];
    };
    isList = {
      is = map lib.isList [
        { }
        [ ]
        ""
        null
      ];
      wanted = [
        false
        true
        false
        false
      ];
    };
    isString = {
      is = map lib.isString [
        { }
        [ ]
        ""
        ./.
        1
      ];
      wanted = [
        false
        false
        true
        false
        false
      ];
    };
    mapAttrs-lazy = {
      is = lib.mapAttrs (_: _: throw "asked") { a = 1; } ? a;
      wanted = true;
    };
    subtractLists = {
      is = lib.subtractLists [ 1 3 ] [ 3 2 2 1 ];
      wanted = [
        2
        2
      ];
    };

    getExe = {
      is = lib.getExe (package {
        meta.mainProgram = "x";
      });
      wanted = "/out/bin/x";
    };
    getExe-of-an-output-for-programs = {
      is = lib.getExe (package {
        bin = package { outPath = "/bin-output"; };
        meta.mainProgram = "x";
      });
      wanted = "/bin-output/bin/x";
    };
    getOutput = {
      is = lib.getOutput "dev" {
        dev = 1;
        out = 2;
      };
      wanted = 1;
    };
    getOutput-that-is-not-there = {
      is = lib.getOutput "dev" { out = 2; };
      wanted = 2;
    };
    getOutput-of-a-package-without-outputs = {
      is = lib.getOutput "dev" { a = 1; };
      wanted.a = 1;
    };
    getOutput-of-one-that-was-chosen = {
      is =
        (lib.getOutput "dev" {
          outputSpecified = true;
          dev.a = 1;
        })
          ? dev;
      wanted = true;
    };

    a-source-has-the-files-that-were-named = {
      is = map list [
        (source ../. [
          ./lib.nix
          ../kernel/patches
        ])
        "${
          source ../. [
            ./lib.nix
            ../kernel/patches
          ]
        }/checks"
        "${
          source ../. [
            ./lib.nix
            ../kernel/patches
          ]
        }/kernel"
      ];
      wanted = [
        {

          checks = "directory";
          kernel = "directory";
        }
        { "lib.nix" = "regular"; }
        { patches = "directory"; }
      ];
    };
    a-source-of-everything = {
      is = list (source ../kernel/hardening [ ../kernel/hardening ]) ? "sysctls.tsv";
      wanted = true;
    };
    a-source-of-unions = {
      is = list (source ../kernel/hardening [ (fileset.unions [ ../kernel/hardening/sysctls.tsv ]) ]);
      wanted."sysctls.tsv" = "regular";
    };
    a-source-of-nothing = {
      is = list (source ../kernel/hardening [ ]);
      wanted = { };
    };
    a-source-of-a-path = {
      is = list (
        fileset.toSource {
          root = ../kernel/hardening;
          fileset = ../kernel/hardening/sysctls.tsv;
        }
      );
      wanted."sysctls.tsv" = "regular";
    };
    a-source-is-called-so = {
      is =
        builtins.match "[0-9a-z]{32}-source" (
          baseNameOf "${source ../kernel/hardening [ ../kernel/hardening ]}"
        ) != null;
      wanted = true;
    };
  };

  refused = {
    getExe-of-a-path = lib.getExe "/bin/x";
    getExe-of-a-program-in-a-directory = lib.getExe (package {
      meta.mainProgram = "a/b";
    });
    a-source-with-a-file-that-is-missing = "${source ../. [ ./missing.nix ]}";
    a-source-with-a-file-outside-its-root = "${source ./. [ ../kernel/hardening ]}";
    a-source-with-a-file-as-a-string = "${source ../. [ "${toString ../.}/kernel" ]}";
    a-source-with-a-file-as-a-number = "${source ../. [ 1 ]}";
    a-source-with-a-root-that-is-missing = "${source ./missing [ ]}";
    a-source-with-a-file-as-its-root = "${source ./lib.nix [ ./lib.nix ]}";
    a-source-with-a-string-as-its-root = "${source (toString ./.) [ ]}";
  };

  fails = value: !(builtins.tryEval (builtins.deepSeq value true)).success;
  wrong =
    builtins.filter (name: fails same.${name}.is || same.${name}.is != same.${name}.wanted) (
      lib.attrNames same
    )
    ++ builtins.filter (name: !fails refused.${name}) (lib.attrNames refused);
in
runCommand "lib" { inherit wrong; } ''
  [[ ! $wrong ]] || { echo "lib does otherwise than nixpkgs' does: $wrong" >&2; exit 1; }
  touch $out
''
