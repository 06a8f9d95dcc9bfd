# executable { name; file; }: a static executable as it goes into the image: $out/bin/NAME and nothing that
# refers to any other store path.
{
  binutils,
  nukeReferences,
  runCommand,
}:
{
  name,
  file,
  # whether it may look at its own stack's frames, as after a panic: the tables for that are a tenth of a program
  unwinds ? true,
}:
runCommand name
  {
    nativeBuildInputs = [
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
    ${if unwinds then "" else "source ${./without-unwinding.sh} && without_unwinding $out/bin/${name}"}
    chmod 555 $out/bin/${name}
  ''
