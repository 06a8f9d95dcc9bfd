# The initramfs: init, the programs, the modules, the settings, the identity, and nothing else. Three archives one after
# the other. Init's is first: the kernel stops unpacking where its memory is full, and starts init all the same, which
# then has to be there and to see that it doesn't fit. The programs come right behind it, since they have much in common
# with it, and the window of the compression has to reach from one to the other.
{
  cpio,
  lib,
  makeInitrd,
  runCommand,
  writeText,
  zstd,
}:
{
  init,
  programs,
  modules,
  # more of what lies where: files.nix
  files ? [ ],
  settings,
  # nix/machine/default.nix says what it is
  identity,
  # The kernel has to find memory for so many bytes, as a power of 2, while it unpacks. With fewer than lie between init
  # and a program, what both have in common would be there twice. Null: not compressed, which is the quickest.
  windowLog ? 20,
}:
let

  # objects are store paths: of one within a store path, Nix before 2.18.9 can't tell makeInitrd the closure
  base = [
    {
      object = init;
      suffix = "/bin/init";
      symlink = "/init";
    }
    {
      object = writeText "scratchmachine.conf" (lib.concatMapStrings (word: word + "\n") settings);
      symlink = "/etc/scratchmachine.conf";
    }
    {
      object = writeText "scratchmachine.image" (identity + "\n");
      symlink = "/etc/scratchmachine.image";
    }
  ];
  # what init measures the machine by
  unpacked = {
    object = runCommand "scratchmachine.unpacked" { nativeBuildInputs = [ cpio ]; } ''
      # in pages, of which this file takes one, and another one a layer of settings over the image
      pages=2
      for archive in ${archive base} ${archive over} ${archive drivers}; do
        while read -r mode _ _ _ bytes _; do
          [[ $mode != -* ]] || pages=$((pages + (bytes + 4095) / 4096))
        done < <(cpio --quiet -tv <$archive/initrd)
      done
      echo $((pages * 4096)) >$out
    '';
    symlink = "/etc/scratchmachine.unpacked";
  };
  over = [
    {
      object = programs;
      symlink = "/programs";
    }
  ]
  ++ map (it: removeAttrs it [ "component" ]) files;
  drivers = [
    {
      object = modules;
      symlink = "/lib/modules";
    }
  ];

  archive =
    contents:
    makeInitrd {
      inherit contents;
      compressor = "cat";
    };
  # One thread: with more, the bytes would depend on how many there are.
  compress =
    if windowLog == null then "cat" else "zstd --ultra -22 --zstd=wlog=${toString windowLog} -T1";
in
runCommand "initrd"
  {
    nativeBuildInputs = [ zstd ];
    # what lies where
    passthru = {
      contents = base ++ [ unpacked ] ++ over ++ drivers;
      inherit files;
    };
  }
  ''
    mkdir $out
    # one stream, so that a program has to bring only what init has not
    cat ${archive (base ++ [ unpacked ])}/initrd ${archive over}/initrd ${archive drivers}/initrd | ${compress} >$out/initrd
  ''
