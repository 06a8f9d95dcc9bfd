# The contract between the foundations: our expressions use what nix/interface.nix lists and nothing else.
# Every output is evaluated, down to its derivation, against package sets in which
#   1. everything that is not listed throws: it must work all the same;
#   2. one listed attribute throws, each in turn: it must fail, or the attribute is listed for nothing.
{
  # what outputsFrom takes
  foundation,
  outputsFrom,
}:
let
  inherit (foundation)
    pkgs
    craneLib
    staticCraneLib
    isMinimal
    ;
  listed = import ../interface.nix;

  only =
    names: set: what:
    builtins.mapAttrs (
      name: value:
      if builtins.elem name names then value else throw "${what}.${name} is not in nix/interface.nix"
    ) set;
  without = name: names: builtins.filter (other: other != name) names;

  # All outputs, of a foundation that has only what `names` lists.
  outputsOf =
    names: more:
    outputsFrom (
      foundation
      // {
        pkgs = only names.pkgs pkgs "pkgs" // {
          lib = only names.lib pkgs.lib "lib";
        };
        craneLib = only names.craneLib craneLib "craneLib";
        staticCraneLib = only names.staticCraneLib staticCraneLib "staticCraneLib";
      }
      // more
    );
  derivationsOf =
    outputs:
    let
      derivations = set: builtins.map (drv: drv.drvPath) (builtins.attrValues set);
    in
    derivations outputs.packages
    ++ derivations outputs.checks
    ++ [
      outputs.devShell.drvPath
      outputs.formatter.drvPath
    ]
    ++ builtins.map (app: app.program) (builtins.attrValues outputs.apps)
    ++ derivations outputs.legacyPackages.boot;

  whole = outputsOf listed { };
  evaluated = derivationsOf whole;

  # Most of what there is to evaluate are our crates, which use crane and lib only: so of pkgs, they are evaluated once.
  shared =
    set:
    if set == "pkgs" then
      {
        inherit (whole) crates;
      }
    else
      { };
  works =
    set: name:
    let
      names = listed // {
        ${set} = without name listed.${set};
      };
    in
    (builtins.tryEval (builtins.deepSeq (derivationsOf (outputsOf names (shared set))) true)).success;

  idle = builtins.concatMap (
    set:
    builtins.filter (works set) (
      # without lib nothing can be evaluated at all
      without "lib" listed.${set}
    )
  ) (builtins.attrNames listed);

  # A foundation made for these expressions offers no more than they use. nixpkgs can't be asked.
  offered =
    if !isMinimal then
      [ ]
    else
      builtins.concatMap
        (set: builtins.filter (name: !builtins.elem name set.listed) (builtins.attrNames set.offers))
        [
          {
            offers = pkgs;
            listed = listed.pkgs;
          }
          {
            offers = pkgs.lib;
            # crane asks for it
            listed = listed.lib ++ [ "version" ];
          }
          {
            offers = craneLib;
            # one library for both on our foundation
            listed = listed.craneLib ++ listed.staticCraneLib;
          }
        ];
in
pkgs.runCommand "interface"
  {
    # all of it, or a list that lacks something would pass: without anything else it fails as well
    evaluated = builtins.deepSeq evaluated (builtins.length evaluated);
    idle = toString idle;
    offered = toString offered;
  }
  ''
    [[ -z $idle ]] || { echo "nix/interface.nix lists what nothing uses: $idle" >&2; exit 1; }
    [[ -z $offered ]] || { echo "the foundation offers what nix/interface.nix does not list: $offered" >&2; exit 1; }
    echo "$evaluated outputs need no more than nix/interface.nix lists" | tee $out
  ''
