# nix run .#bench: our machine measured beside others that do the same, and checked against its budgets.
{
  lib,
  pkgsStatic,
  qemu_test,
  writeShellApplication,
  writeText,
  callPackage,
  mkMachine,
  demo,
  # ours
  machine,
  # a distribution's machine: { iso's directory, file, title, kernel, userSpace }
  distribution,
  # this foundation's name, and what stands for `nix` on it
  foundationName,
  command,
  # every limit: limits.tsv
  limits,
  crates,
}:
let
  stockIso = callPackage ./stock-iso.nix { };
  driver = callPackage ./driver.nix { };
  card = "drivers/net/ethernet/intel/e1000/e1000";
  experiment = callPackage ./experiment.nix { };

  greeting = "Hello from Scratch Machine!";
  isoOf = machine: "${machine}/${machine.file}";

  # The same work as the experiment did, the way it did it.
  reference = stockIso {
    name = "experiment";
    userSpace = [ "${experiment}/bin/experiment" ];
    contents = [
      {
        object = experiment;
        suffix = "/bin/experiment";
        symlink = "/init";
      }
      {
        object = driver [ card ];
        suffix = "/e1000.ko";
        symlink = "/e1000.ko";
      }
    ];
  };
  conventional = callPackage ./conventional.nix {
    inherit stockIso greeting;
    # a DHCP client asks through a packet socket, which NixOS' kernel has as a module
    drivers = driver [
      card
      "net/packet/af_packet"
    ];
  };

  # What the console shows when a phase of the boot ends: first of the firmware, the loader and the kernel, then of
  # each user space in its own words.
  markers =
    ends:
    let
      all = {
        firmware = "ISOLINUX";
        loader = "initrd...ok";
        # and what the kernel does before it has a console
        decompress = "Linux version ";
        kernel = "Run /init as init process";
      }
      // ends;
    in
    map
      (phase: {
        inherit phase;
        end = all.${phase};
      })
      [
        "firmware"
        "loader"
        "decompress"
        "kernel"
        "init"
        "network"
      ];
  ourEnds = {
    init = "init: modules: done";
    network = "init: network: done";
  };

  ours = {
    memory_mb = 256;
    kernel = "${machine.kernel}/bzImage";
    user_space = [
      "${machine.init}/bin/init"
      demo
    ];
    markers = markers ourEnds;
  };
  # one that tells its memory where it serves its page
  other =
    {
      name,
      title,
      iso,
      memoryMB,
      meminfo,
      ends,
    }:
    {
      inherit name title;
      image.iso = isoOf iso;
      memory_mb = memoryMB;
      inherit (iso) kernel;
      user_space = iso.userSpace;
      markers = markers ends;
      memory = {
        iso = isoOf iso;
        port = 80;
        path = meminfo;
      };
    };

  machines = [
    (
      ours
      // {
        name = "scratchmachine";
        title = "scratchmachine, ISO";
        image.iso = isoOf machine.iso;
        # the same with a status page
        memory = {
          iso =
            isoOf
              (mkMachine {
                program = demo;
                status = 81;
              }).iso;
          port = 81;
          path = "/json";
        };
      }
    )
    (
      ours
      // {
        name = "microvm";
        title = "scratchmachine, microvm";
        # its kernel does not log it
        markers = markers (ourEnds // { kernel = " init: "; });
        kernel = "${machine.microvmImage}/vmlinux";
        image.runner = lib.getExe machine.microvm;
        memory = null;
      }
    )
    (other {
      name = "experiment";
      title = "Go experiment, made again";
      iso = reference;
      memoryMB = 256;
      meminfo = "/meminfo";
      ends = {
        init = "experiment: driver loaded";
        network = "experiment: Ethernet configured";
      };
    })
    (other {
      name = "conventional";
      title = "stock kernel, busybox";
      iso = conventional;
      memoryMB = 256;
      meminfo = "/cgi-bin/meminfo";
      ends = {
        init = "rcS: driver loaded";
        network = "rcS: network configured";
      };
    })
    (other {
      name = "distribution";
      inherit (distribution) title;
      iso = distribution;
      # it does not boot in so little
      memoryMB = 1024;
      meminfo = "/meminfo";
      ends = {
        # the initramfs, and systemd up to there
        init = "systemd-networkd.service";
        network = "network.target";
      };
    })
  ];

  # Web servers that have everything else in common.
  servers = mkMachine {
    name = "servers";
    programs = {
      hello = demo;
      experiment = {
        program = "${experiment}/bin/experiment";
        args = [ ":81" ];
      };
      # it is what it is called
      busybox = {
        program = "${pkgsStatic.busybox}/bin/busybox";
        args = [
          "sh"
          "-c"
          "mkdir -p /tmp/www; echo '${greeting}' >/tmp/www/index.html; exec -a busybox /proc/self/exe httpd -f -p 82 -h /tmp/www"
        ];
      };
    };
  };

  plan = writeText "bench.json" (
    builtins.toJSON {
      inherit
        greeting
        command
        limits
        machines
        ;
      foundation = foundationName;
      iso = isoOf machine.iso;
      throughput = {
        iso = isoOf servers.iso;
        memory_mb = 256;
        servers = [
          {
            name = "hello";
            port = 80;
          }
          {
            name = "Go net/http";
            port = 81;
          }
          {
            name = "busybox httpd";
            port = 82;
          }
        ];
      };
    }
  );
in
writeShellApplication {
  name = "bench";
  runtimeInputs = [ qemu_test ];
  text = ''
    exec ${crates.bench.package}/bin/bench ${plan} "$@"
  '';
  meta.description = "measure the demo machine beside others, and check it against its budgets";
}
