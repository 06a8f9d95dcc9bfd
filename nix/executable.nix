# executable { name; file; }: a static executable as it goes into the image: $out/bin/NAME and nothing that
# refers to any other store path.
{ pkgs }:
{ name, file }:
pkgs.runCommand name
  {
    nativeBuildInputs = with pkgs; [
      binutils
      nukeReferences
    ];
    inherit file;
  }
  ''
    source ${./is-static-executable.sh}
    is_static_executable "$file"
    mkdir -p $out/bin
    cp --no-preserve=mode "$file" $out/bin/${name}
    # A C library that was linked in still names its own directories, which a machine does not have.
    nuke-refs $out/bin/${name}
    chmod 555 $out/bin/${name}
  ''
