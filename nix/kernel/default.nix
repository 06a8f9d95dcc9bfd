# The kernel: linux_6_12's source with kernel.config on top of tinyconfig, and what a profile says otherwise.
{
  bc,
  bison,
  callPackage,
  elfutils,
  flex,
  lib,
  linuxManualConfig,
  linux_6_12,
  perl,
  runCommandCC,
}:
let
  # Only the options, so that a better reason above one of them builds no kernel.
  optionOf = line: builtins.match "(# )?(CONFIG_[A-Za-z0-9_]+)(=.*| is not set)" line;
  isOption = line: lib.isString line && optionOf line != null;
  linesOfFile =
    name: builtins.filter isOption (builtins.split "\n" (builtins.readFile (./. + "/${name}.config")));
  linesOf =
    fragment:
    if lib.isString fragment then
      linesOfFile fragment
    else
      map (
        option:
        if fragment.${option} == "n" then "# ${option} is not set" else "${option}=${fragment.${option}}"
      ) (lib.attrNames fragment);
  nameOf = line: builtins.elemAt (optionOf line) 1;
  # the last word on an option counts
  over =
    lines: fragment:
    let
      more = linesOf fragment;
    in
    builtins.filter (line: !builtins.elem (nameOf line) (map nameOf more)) lines ++ more;
  optionsOf = fragments: builtins.foldl' over [ ] ([ "kernel" ] ++ fragments);

  # linuxManualConfig wants every option spelled out and must find nothing left to ask, so the options are
  # worked out with the tools and flags that it will build with.
  configfileOf =
    options:
    runCommandCC "kernel.config"
      {
        nativeBuildInputs = [
          bc
          bison
          elfutils
          flex
          perl
        ];
        fragment = builtins.toFile "kernel.config" (lib.concatMapStrings (line: line + "\n") options);
        makeFlags = linux_6_12.commonMakeFlags;
      }
      ''
        cp -r --no-preserve=mode,ownership ${callPackage ./options.nix { }}/. .
        chmod -R u+x scripts
        make $makeFlags tinyconfig
        cat $fragment >>.config
        make $makeFlags olddefconfig
        source ${./config-survives.sh}
        kernel_options . >options
        kernel_config_survives $fragment .config options
        cp .config $out
      '';

  # Of fragments, each on top of those before it: the name of a file of options here, or options with their values.
  build =
    fragments:
    let
      options = optionsOf fragments;
    in
    linuxManualConfig {
      inherit (linux_6_12) src version modDirVersion;
      configfile = configfileOf options;
      # in the order of their numbers; what each is for and what it buys is at its head
      kernelPatches = map (name: {
        inherit name;
        patch = ./patches/pending + "/${name}";
      }) (lib.attrNames (builtins.readDir ./patches/pending));
      # said here, so that Nix need not build the configuration to know it
      config = {
        CONFIG_MODULES = if builtins.elem "CONFIG_MODULES=y" options then "y" else "n";
        CONFIG_RUST = "n";
      };
    }
    // {
      # the words that the kernel puts before the command line that it is given
      builtInCommandLine = builtins.head (
        builtins.concatMap (
          line:
          let
            value = builtins.match "CONFIG_CMDLINE=\"(.*)\"" line;
          in
          if value == null then [ ] else value
        ) options
        ++ [ "" ]
      );
      # the same kernel with other values of some options
      withOptions = values: if values == { } then build fragments else build (fragments ++ [ values ]);
    };
in
build
