# What boot scenarios share. The arguments of their machine.nix are looked up here first, then where those of this file are.
{
  crates,
  demo,
  machine,
  mkInitrd,
  mkMachine,
}:
let
  # What machines are booted from: the ISO, or the kernel and the initramfs without firmware and boot loader.
  isoOf = built: "${built.iso}/${built.iso.file}";
  initrdOf = built: "${built.initrd}/initrd";
  directBoot = built: {
    kernel = "${built.kernel}/bzImage";
    initrd = initrdOf built;
  };

  # A program that does what tests/guest/src/main.rs says of these arguments.
  misbehave = args: {
    program = "${crates.guest.package}/bin/misbehave";
    inherit args;
  };
  # The same, not restarted when it ends.
  job = args: misbehave args // { restart = "never"; };

  # A machine with these programs and the demo program, called hello, which has to keep serving.
  besideDemo =
    programs:
    mkMachine {
      programs = programs // {
        hello = demo;
      };
    };

  # Programs that end in every way there is.
  failingPrograms =
    let
      onFailure = args: misbehave args // { restart = "on-failure"; };
    in
    besideDemo {
      crashes = misbehave [ "segfault" ];
      fails = onFailure [
        "exit"
        "4"
      ];
      signalled = misbehave [
        "raise"
        "34"
      ];
      silent = misbehave [ "close-stdout" ];
      stopped = misbehave [ "stop" ];
      succeeds = onFailure [
        "exit"
        "0"
      ];
    };

  # The demo machine with the drivers of all network cards, and a job that joins multicast groups.
  allCards = besideDemo { group = job [ "join-groups" ]; };

  # The demo machine's initramfs with other programs or modules, also such as mkMachine would refuse.
  demoInitrdWith =
    replaced:
    let
      built = mkInitrd (
        {
          inherit (machine) init programs modules;
          inherit (machine.iso) settings;
          # no image has these contents by its arguments, so it has no identity either
          identity = "";
        }
        // replaced
      );
    in
    "${built}/initrd";
in
{
  inherit
    allCards
    besideDemo
    demoInitrdWith
    directBoot
    failingPrograms
    initrdOf
    isoOf
    job
    misbehave
    ;
}
