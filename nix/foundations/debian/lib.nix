# The functions of nixpkgs' lib that scratchmachine uses: nix/checks/lib.nix says what each does and refuses.
let
  inherit (builtins)
    any
    attrNames
    baseNameOf
    concatMap
    concatStringsSep
    elem
    filter
    isAttrs
    isPath
    isString
    map
    match
    pathExists
    readDir
    stringLength
    substring
    ;
  hasPrefix = prefix: string: substring 0 (stringLength prefix) string == prefix;

  getOutput =
    output: package:
    if package.outputSpecified or false then package else package.${output} or package.out or package;

  # The paths of a file set, or of what becomes one: a path alone.
  pathsOf =
    value:
    if isAttrs value && value ? paths then
      value.paths
    else if !isPath value then
      throw "lib.fileset: a file set is made of paths, not of ${builtins.typeOf value}s"
    else if !pathExists value then
      throw "lib.fileset: ${toString value} does not exist"
    else
      [ value ];
  # pure evaluation may not look at the store itself, and a flake is a directory
  isDirectory =
    path:
    pathExists path
    && (
      toString (dirOf path) == builtins.storeDir
      || (readDir (dirOf path)).${baseNameOf path} == "directory"
    );
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
  inherit getOutput;
  getExe =
    package:
    let
      name = package.meta.mainProgram;
    in
    if (package.type or null) != "derivation" then
      throw "lib.getExe: a package is wanted, not a ${builtins.typeOf package}"
    else if !isString name || match ".*/.*" name != null then
      throw "lib.getExe: meta.mainProgram must be a file's name"
    else
      "${getOutput "bin" package}/bin/${name}";

  fileset = {
    unions = sets: { paths = concatMap pathsOf sets; };
    toSource =
      { root, fileset }:
      let
        wanted = map toString (pathsOf fileset);
        within = directory: path: path == directory || hasPrefix "${directory}/" path;
        outside = filter (path: !within (toString root) path) wanted;
        hasFiles =
          directory:
          let
            entries = readDir directory;
          in
          any (name: entries.${name} != "directory" || hasFiles "${directory}/${name}") (attrNames entries);
      in
      if !isPath root || !isDirectory root then
        throw "lib.fileset.toSource: its root must be the path of a directory"
      else if outside != [ ] then
        throw "lib.fileset.toSource: ${concatStringsSep ", " outside} not in ${toString root}"
      else
        builtins.path {
          name = "source";
          path = root;
          # no directory without a file
          filter =
            path: type:
            any (
              want:
              if type == "directory" then
                hasPrefix "${path}/" want || within want path && hasFiles path
              else
                within want path
            ) wanted;
        };
  };
}
