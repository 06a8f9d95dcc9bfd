# What was fetched is reported as each foundation's fetchers have it.
{
  lib,
  runCommand,
  sources,
}:
let
  told =
    more:
    {
      name = "x";
      hash = "sha256-x";
      isTree = false;
      places = [ ];
      purl = null;
    }
    // more;

  cases = {
    # nixpkgs: pkgs/build-support/fetchurl
    mirrored = {
      package.src = {
        name = "x";
        outputHashAlgo = null;
        outputHash = "sha256-x";
        outputHashMode = "flat";
        url = "mirror://kernel/x.tar.xz";
        urls = [ "mirror://kernel/x.tar.xz" ];
        resolvedUrl = "https://cdn.kernel.org/pub/x.tar.xz";
        # what a package without a package URL has
        meta.identifiers = { };
      };
      expected = [ (told { places = [ "https://cdn.kernel.org/pub/x.tar.xz" ]; }) ];
    };
    several-addresses = {
      package.src = {
        name = "x";
        outputHash = "sha256-x";
        url = "https://a";
        urls = [
          "https://a"
          "https://b"
        ];
        resolvedUrl = "https://a";
      };
      expected = [
        (told {
          places = [
            "https://a"
            "https://b"
          ];
        })
      ];
    };
    list-of-addresses = {
      package.src = {
        name = "x";
        outputHash = "sha256-x";
        url = "";
        urls = [ "mirror://gnu/x" ];
        resolvedUrl = "";
      };
      expected = [ (told { places = [ "mirror://gnu/x" ]; }) ];
    };
    tree = {
      package.src = {
        name = "x";
        outputHash = "sha256-x";
        outputHashMode = "recursive";
      };
      expected = [ (told { isTree = true; }) ];
    };
    # nix/foundations/debian: a package within a package, and several
    packed-twice = {
      package.src.src = {
        name = "x";
        outputHashAlgo = "sha256";
        outputHash = "00ff";
        urls = [ "pool/x.deb" ];
        meta.identifiers.purl = "pkg:deb/debian/x@1";
      };
      expected = [
        (told {
          hash = "sha256:00ff";
          places = [ "pool/x.deb" ];
          purl = "pkg:deb/debian/x@1";
        })
      ];
    };
    several = {
      package.srcs = [
        {
          name = "x";
          outputHash = "sha256-x";
        }
        {
          name = "y";
          outputHash = "sha256-x";
        }
      ];
      expected = [
        (told { })
        (told { name = "y"; })
      ];
    };
  };
  wrong = builtins.filter (name: sources cases.${name}.package != cases.${name}.expected) (
    lib.attrNames cases
  );
in
runCommand "sources" { inherit wrong; } ''
  [[ ! $wrong ]] || { echo "nix/evidence/sources.nix gives other results than it should: $wrong" >&2; exit 1; }
  touch $out
''
