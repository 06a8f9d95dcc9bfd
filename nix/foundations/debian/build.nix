# build { name; root; script; … }: a derivation that runs `script` with bash inside `root`.
# Whatever else it is given becomes environment variables, as with nixpkgs' stdenv.
{ pins }:
{
  name,
  root,
  script,
  nativeBuildInputs ? [ ],
  passAsFile ? [ ],
  env ? { },
  passthru ? { },
  meta ? { },
  ...
}@args:
let
  notVariables = [
    "script"
    "nativeBuildInputs"
    "env"
    "passthru"
    "meta"
  ];
  drv = derivation (
    {
      # nixpkgs' stdenv tells the same to all that writes down a time or sorts by a locale
      SOURCE_DATE_EPOCH = "315532800";
      LC_ALL = "C";
      TZ = "UTC";
    }
    // removeAttrs args notVariables
    // env
    // {
      system = "x86_64-linux";
      builder = "${pins.busybox}/bin/busybox";
      args = [
        "sh"
        ./enter.sh
      ];
      inherit (pins) busybox;
      buildCommand = script;
      passAsFile = passAsFile ++ [ "buildCommand" ];
      path = builtins.concatStringsSep ":" (map (input: "${input}/bin") nativeBuildInputs);
    }
  );
in
drv // passthru // { inherit meta passthru; }
