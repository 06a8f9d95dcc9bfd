# The smallest memory with which the images boot and answer is within its budget, and told.
{
  qemu_test,
  machine,
  tiny,
  crates,
}:
crates.harness.testWith {
  pname = "memory";
  nativeBuildInputs = [ qemu_test ];
  env = {
    MACHINE_ISO = "${machine.iso}/${machine.iso.file}";
    MACHINE_ISO_TINY = "${tiny.iso}/${tiny.iso.file}";
  };
  # one after the other, so that the one does not slow the other; cargo is content when no test ran at all
  cargoTestExtraArgs = ''
    --test smallest_memory -- --ignored --nocapture --test-threads=1 | tee output
    grep -qE '2 passed' output
  '';
}
