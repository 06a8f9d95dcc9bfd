# The boot scenarios, folders of tests/boot: machine.nix says what is booted, test.rs what must then happen. Each is
# compiled to an executable of its own, which knows the paths of its images, and is a check of its own.
{
  callPackage,
  crates,
  lib,
  qemu_test,
  runCommand,
  writeShellApplication,
  writeText,
}:
let
  scenarios = ../../tests/boot;
  entries = builtins.readDir scenarios;
  names = builtins.filter (name: entries.${name} == "directory") (lib.attrNames entries);
  forEach =
    function:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = function name;
      }) names
    );

  shared = callPackage (scenarios + "/scope.nix") { };
  machine = forEach (
    name:
    let
      function = import (scenarios + "/${name}/machine.nix");
    in
    callPackage function (builtins.intersectAttrs (builtins.functionArgs function) shared)
  );
  test = forEach (name: scenarios + "/${name}/test.rs");

  # wrongArgument -> WRONG_ARGUMENT
  constantName =
    let
      letters =
        alphabet: builtins.genList (at: builtins.substring at 1 alphabet) (builtins.stringLength alphabet);
      lower = letters "abcdefghijklmnopqrstuvwxyz";
      upper = letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    in
    builtins.replaceStrings (lower ++ upper) (upper ++ map (letter: "_" + letter) upper);
  # What a machine.nix evaluates to, as Rust: a constant for each attribute.
  constants =
    valueOf: attributes:
    lib.concatMapStrings (
      name:
      "pub const ${constantName name}: &str = ${builtins.toJSON (valueOf "${attributes.${name}}")};\n"
    ) (lib.attrNames attributes);

  compiled = forEach (
    name:
    crates.vm.scenario {
      inherit name;
      machine = writeText "machine.rs" (constants (path: path) machine.${name});
      test = test.${name};
    }
  );

  # All scenarios in one file, without the paths of their images, so that none has to be built: for clippy.
  all = writeText "scenarios.rs" (
    lib.concatMapStrings (name: ''
      mod ${builtins.replaceStrings [ "-" ] [ "_" ] name} {
      mod machine {
      ${constants (_: "") machine.${name}}
      }
      include!("${test.${name}}");
      }
    '') names
  );
in
{
  checks = {
    boot-clippy = crates.vm.clippyWith {
      SCENARIO_MACHINE = "/dev/null";
      SCENARIO_TEST = all;
      cargoClippyExtraArgs = "--features scenario --test scenario -- --deny warnings";
    };
    # which does not follow include!
    boot-fmt = crates.vm.fmtWith {
      rustFmtExtraArgs = lib.concatStringsSep " " (map (name: "${test.${name}}") names);
    };
  }
  // builtins.listToAttrs (
    map (name: {
      name = "boot-${name}";
      # the log has the consoles of all machines
      value = runCommand "boot-${name}" { nativeBuildInputs = [ qemu_test ]; } ''
        ${compiled.${name}}/bin/${name} --show-output
        touch $out
      '';
    }) names
  );

  # With QEMU, to be run by hand: nix/checks/boot-test.nix.
  executables = forEach (
    name:
    writeShellApplication {
      inherit name;
      runtimeInputs = [ qemu_test ];
      text = ''exec ${compiled.${name}}/bin/${name} "$@"'';
    }
  );
}
