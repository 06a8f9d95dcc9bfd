# The functions of nixpkgs' lib that scratchmachine uses.
let
  inherit (builtins)
    any
    concatStringsSep
    elem
    filter
    map
    stringLength
    substring
    ;
  hasPrefix = prefix: string: substring 0 (stringLength prefix) string == prefix;
in
{
  # crane asks for it
  version = "26.05.debian";

  inherit (builtins)
    all
    attrNames
    concatStringsSep
    isAttrs
    isList
    isString
    mapAttrs
    ;

  concatMapStrings = f: list: concatStringsSep "" (map f list);
  subtractLists = remove: filter (value: !elem value remove);
  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  getOutput = output: package: package.${output} or package.out or package;

  # A file set is here a list of paths: files, or directories with all that is below them.
  fileset = {
    unions = paths: paths;
    toSource =
      { root, fileset }:
      let
        wanted = map toString fileset;
        within = directory: path: path == directory || hasPrefix "${directory}/" path;
      in
      builtins.path {
        name = "source";
        path = root;
        filter =
          path: type:
          any (want: within want path || (type == "directory" && hasPrefix "${path}/" want)) wanted;
      };
  };
}
