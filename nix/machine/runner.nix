# A runner: an image in QEMU, the serial console in the terminal, a host port that leads to port 80.
{
  qemu_test,
  writeShellApplication,
  scratchmachine,
}:
{
  name,
  # an ISO file, or the directory of a microvm
  image,
  description,
}:
writeShellApplication {
  inherit name;
  runtimeInputs = [ qemu_test ];
  text = ''
    for word; do
      [[ $word != --help ]] ||
        echo "${name} needs at least $(${scratchmachine}/bin/scratchmachine run --least-memory ${image}) MB of memory."
    done
    exec ${scratchmachine}/bin/scratchmachine run --name ${name} ${image} "$@"
  '';
  meta = {
    inherit description;
  };
}
