# Our crates. What goes into images has a lock of its own, since Cargo has no `panic` for a single package; all that runs
# on the host is one workspace.
{ crate }:
let
  host = crate.workspace {
    root = ../.;
    directory = "tools";
  };
in
host
// {
  init = crate.static {
    root = ../.;
    files = [
      ../Cargo.toml
      ../Cargo.lock
      ../src
    ];
    tests = [
      ../tests/collector.rs
      ../tests/console.rs
      ../tests/settings.rs
      ../tests/supervisor.rs
      # the dates of what images are made of
      ../flake.lock
    ];
  };
  demo = crate.static {
    root = ../demo;
    files = [
      ../demo/Cargo.toml
      ../demo/Cargo.lock
      ../demo/src
    ];
    tests = [ ../demo/tests ];
  };
  # what writes images, which no other tool's dependency is to be part of
  image = crate.static {
    root = ../tools;
    files = [
      ../tools/Cargo.toml
      ../tools/formats/Cargo.toml
      ../tools/formats/src
      ../tools/image
    ];
    directory = "image";
  };
  # what the boot tests put into machines
  guest = crate.static {
    root = ../tests/guest;
    files = [ ../tests/guest ];
  };
  # libFuzzer needs the host's C++ library
  fuzz = crate.host {
    root = ../.;
    files = [
      ../Cargo.toml
      ../src
      ../tools/Cargo.toml
      ../tools/cli
      ../tools/export
      ../tools/formats
      ../tools/provenance
      ../tools/vm/Cargo.toml
      ../tools/vm/src
      ../tests/fuzz/.cargo
      ../tests/fuzz/Cargo.lock
      ../tests/fuzz/Cargo.toml
      ../tests/fuzz/targets
    ];
    directory = "tests/fuzz";
  };
  vm = host.vm // {
    # The driver of virtual machines with one scenario (tests/boot) as its test, to be run where QEMU is: bin/NAME.
    scenario =
      {
        name,
        # Rust files: the images as constants, and the tests
        machine,
        test,
      }:
      host.vm.checkedWith {
        pname = "scenario-${name}";
        cargoBuildCommand = "cargoWithProfile test --no-run";
        cargoBuildExtraArgs = "--test scenario --features scenario";
        env = {
          SCENARIO_MACHINE = "${machine}";
          SCENARIO_TEST = "${test}";
        };
        # crane installs no tests
        postInstall = ''
          rm -rf $out/bin
          mkdir -p $out/bin
          find target -path '*/deps/scenario-*' -type f -perm -100 -exec cp {} $out/bin/${name} ';'
        '';
      };
  };
}
