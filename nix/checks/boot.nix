# The boot tests: the harness's own tests, with the images they look at. A machine that is broken on
# purpose is the demo machine with one thing exchanged, or has programs that misbehave.
{
  lib,
  nukeReferences,
  qemu_test,
  runCommand,
  runCommandCC,
  mkMachine,
  machine,
  tiny,
  crates,
}:
let
  demo = "${crates.hello.package}/bin/hello";

  # the demo machine's initramfs with other modules or programs
  demoWith =
    exchanged:
    let
      initrd = import ../initrd.nix { inherit pkgs; } (
        {
          inherit (machine) init programs modules;
          inherit (machine.iso) settings;
          # made by hand, so it is none that could be found again
          identity = "";
        }
        // exchanged
      );
    in
    "${initrd}/initrd";

  # with the drivers of all cards, after `script` was at work in their directory, a /lib/modules
  withDamagedModules =
    script:
    demoWith {
      modules = runCommand "damaged-modules" { } ''
        cp -r --no-preserve=mode ${allCards.modules} $out
        cd $out
        shopt -s globstar failglob
        ${script}
      '';
    };

  # the demo machine's ISO with settings over it
  configured =
    words:
    runCommand "configured.iso" { } ''
      ${crates.configure.package}/bin/configure ${machine.iso}/${machine.iso.file} ${lib.concatStringsSep " " words} -o $out
    '';

  # A program of the guest crate, which does what its arguments say.
  misbehaving = words: {
    program = "${crates.guest.package}/bin/misbehave";
    args = words;
  };
  onFailure = words: misbehaving words // { restart = "on-failure"; };
  jobThat = words: misbehaving words // { restart = "never"; };
  job =
    status:
    jobThat [
      "exit"
      status
    ];
  allCards = mkMachine {
    programs = {
      hello = demo;
      group = jobThat [ "join-groups" ];
    };
    modules = [
      "e1000"
      "e1000e"
      "virtio_net"
      "vmxnet3"
    ];
  };
  initrdOf = built: "${built.initrd}/initrd";
  # hello has to go on serving
  besideHello =
    programs:
    initrdOf (mkMachine {
      programs = programs // {
        hello = demo;
      };
    });
  runnerOf = arguments: lib.getExe (mkMachine arguments).vm;

  # What mkMachine would refuse, beside hello.
  brokenPrograms =
    runCommandCC "broken-programs" { nativeBuildInputs = [ nukeReferences ]; }
      ''
        cp -r --no-preserve=mode ${machine.programs} $out
        cd $out
        mkdir absent dynamic empty locked script truncated unlisted
        touch {absent,dynamic,empty,locked,script,truncated}/args
        echo 'int main(void) { return 0; }' >$TMPDIR/main.c
        gcc -o dynamic/exe $TMPDIR/main.c
        # its loader must not come along
        nuke-refs dynamic/exe
        touch empty/exe
        cp hello/exe locked/exe
        printf '#!/bin/sh\necho hello\n' >script/exe
        head -c 4096 hello/exe >truncated/exe
        cp hello/exe unlisted/exe
        chmod 555 */exe
        chmod 444 locked/exe
      '';
in
crates.harness.testWith {
  pname = "boot";
  nativeBuildInputs = [ qemu_test ];
  env = {
    MACHINE_ISO = "${machine.iso}/${machine.iso.file}";
    MACHINE_IDENTITY = machine.iso.identity;
    MACHINE_ISO_CONFIGURED = configured [
      "ip=10.0.2.15:::255.255.0.0"
      "scratchmachine.status=81"
    ];
    MACHINE_KERNEL = "${machine.kernel}/bzImage";
    MACHINE_INITRD = initrdOf machine;
    MACHINE_INITRD_WITH_ALL_CARDS = initrdOf allCards;
    MACHINE_INITRD_WITH_TRUNCATED_MODULE = withDamagedModules "truncate --size=-4096 **/e1000.ko";
    # nothing may move in the file: one character for another
    MACHINE_INITRD_WITH_WRONG_VERMAGIC = withDamagedModules "sed -i s/vermagic=./vermagic=0/ **/e1000.ko";
    MACHINE_INITRD_WITH_MISSING_DEPENDENCY = withDamagedModules "rm **/net_failover.ko";
    MACHINE_INITRD_WITH_MODULES_OF_ANOTHER_KERNEL = withDamagedModules "mv * 0.0.1";

    MACHINE_INITRD_THAT_IS_LARGE = initrdOf (mkMachine {
      program =
        runCommand "large" { } ''
          mkdir -p $out/bin
          cp --no-preserve=mode ${demo} $out/bin/hello
          truncate --size=24M $out/bin/hello
          chmod +x $out/bin/hello
        ''
        + "/bin/hello";
    });
    MACHINE_INITRD_WITH_BROKEN_PROGRAMS = demoWith { programs = brokenPrograms; };
    MACHINE_INITRD_WITH_BAD_ARGUMENT = initrdOf (mkMachine {
      program = demo;
      args = [ "not-a-port" ];
    });
    MACHINE_INITRD_WITH_RIVALS = initrdOf (mkMachine {
      programs = {
        first = demo;
        second = demo;
      };
    });
    MACHINE_INITRD_WITH_FAILURES = besideHello {
      crashes = misbehaving [ "segfault" ];
      fails = onFailure [
        "exit"
        "4"
      ];
      mute = misbehaving [ "close-stdout" ];
      signalled = misbehaving [
        "raise"
        "34"
      ];
      stopped = misbehaving [ "stop" ];
      succeeds = onFailure [
        "exit"
        "0"
      ];
    };
    MACHINE_INITRD_WITH_LEAVERS = besideHello {
      lingers = misbehaving [ "linger" ];
      orphans = misbehaving [
        "orphans"
        "10000"
      ];
    };
    MACHINE_INITRD_WITH_FORK_BOMB = besideHello { bomb = misbehaving [ "fork-bomb" ]; };
    MACHINE_INITRD_WITH_FLOOD = besideHello {
      flood = misbehaving [
        "flood"
        "100"
      ];
    };
    MACHINE_INITRD_WITH_GLUTTON = besideHello { glutton = misbehaving [ "eat-memory" ]; };
    MACHINE_INITRD_WITH_DEAF_PROGRAM = besideHello { deaf = misbehaving [ "ignore-term" ]; };
    MACHINE_INITRD_WITH_TRESPASSER = besideHello { trespasser = misbehaving [ "try-everything" ]; };
    MACHINE_INITRD_WITH_JOBS = initrdOf (mkMachine {
      programs = {
        first = job "0";
        second = jobThat [
          "be-traced-and-raise"
          "34"
        ];
        third = job "3";
      };
    });

    MACHINE_MICROVM = "${machine.microvmImage}";
    MACHINE_MICROVM_IDENTITY = machine.microvmImage.identity;
    MACHINE_ISO_TINY = "${tiny.iso}/${tiny.iso.file}";
    RUNNER_OF_TINY_JOB_THAT_FAILS = runnerOf {
      programs.job = job "3";
      profile = "tiny";
    };
    RUNNER_OF_MICROVM_JOB_THAT_FAILS = lib.getExe (mkMachine { programs.job = job "3"; }).microvm;

    RUNNER_OF_JOB_THAT_SUCCEEDS = runnerOf { programs.job = job "0"; };
    RUNNER_OF_JOB_THAT_FAILS = runnerOf { programs.job = job "3"; };
    RUNNER_OF_DRILL = runnerOf {
      program = demo;
      panic = 1;
      kernelParams = [ "scratchmachine.drill=1" ];
    };
  };
}
