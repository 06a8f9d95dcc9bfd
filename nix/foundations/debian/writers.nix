# nixpkgs' trivial builders.
{
  build,
  base,
  toolchain,
  cc,
  runtimeShell,
}:
rec {
  runCommand =
    name: env: script:
    build (
      env
      // {
        inherit name script;
        root = base;
      }
    );
  runCommandCC =
    name: env: script:
    build (
      env
      // {
        inherit name script;
        root = toolchain;
        nativeBuildInputs = env.nativeBuildInputs or [ ] ++ [ cc ];
      }
    );

  writeText =
    name: text:
    build {
      inherit name text;
      root = base;
      passAsFile = [ "text" ];
      script = ''cp "$textPath" "$out"'';
    };

  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
      meta ? { },
    }:
    runCommand name
      {
        passAsFile = [ "text" ];
        text = ''
          #!${runtimeShell}
          set -o errexit
          set -o nounset
          set -o pipefail

          export PATH="${builtins.concatStringsSep ":" (map (input: "${input}/bin") runtimeInputs)}:$PATH"

          ${text}
        '';
        meta = meta // {
          mainProgram = name;
        };
      }
      ''
        mkdir -p $out/bin
        cp "$textPath" $out/bin/${name}
        chmod +x $out/bin/${name}
        bash -n $out/bin/${name}
      '';
}
