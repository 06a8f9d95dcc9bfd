# What `nix flake check` builds, by name. Each file beside this one is a check that has the file's name; those in recorded/
# are for a foundation that never moves by itself, and so can promise the bytes.
{
  callPackage,
  crates,
  # { iso; bootTime; sizes; }, or null
  recorded,
}:
let
  checksIn =
    directory: except:
    builtins.listToAttrs (
      builtins.concatMap (
        file:
        let
          name = builtins.match "(.+)[.]nix" file;
        in
        if name == null || builtins.elem file except then
          [ ]
        else
          [
            {
              name = builtins.head name;
              value = callPackage (directory + "/${file}") { };
            }
          ]
      ) (builtins.attrNames (builtins.readDir directory))
    );

  # what every crate has to pass, and tests that need nothing but the crate
  ofCrate =
    check:
    map (name: {
      name = "${name}-${check}";
      value = crates.${name}.${check};
    });
  ofCrates = builtins.listToAttrs (
    builtins.concatMap
      (
        check:
        ofCrate check [
          "demo"
          "fuzz"
          "guest"
          "image"
          "init"
          "tools"
        ]
      )
      [
        "clippy"
        "fmt"
      ]
    ++ ofCrate "test" [
      "demo"
      "export"
      "formats"
      "init"
      "provenance"
      "vm"
    ]
  );

  scenarios = callPackage ./boot.nix { };
in
{
  checks =
    ofCrates
    // checksIn ./. [
      "default.nix"
      "interface.nix"
      "boot.nix"
      "boot-test.nix"
    ]
    // (if recorded == null then { } else checksIn ./recorded [ ])
    // scenarios.checks;
  scenarios = scenarios.executables;
  bootTest = callPackage ./boot-test.nix {
    names = builtins.attrNames scenarios.executables;
  };
}
