# nix run .#reproduce: builds what the image is made of again, under other conditions, and compares to the byte.
{
  lib,
  runCommand,
  runCommandCC,
  writeShellApplication,
  writeText,
  crates,
  machine,
}:
let

  # What a build sees of the conditions: so that each can be shown to be another one inside, or to be kept out.
  probe = runCommand "probe" { file = writeText "file" "a file of the store"; } ''
    mkdir directory
    : >$out
    touch directory/{a,b,c,d,e,f}
    tell() {
      echo "probe: $*" >&2
      echo "$*" >>$out
    }
    tell cores $NIX_BUILD_CORES
    tell path $PWD
    tell time $(date +%Y)
    tell order $(ls -U directory)
    tell release $(uname -r)
    tell user $(id -u) $(cat /proc/self/uid_map)
    tell umask $(umask)
    tell locale ''${LC_ALL-none} ''${LANG-none}
    tell zone $(date +%z)
    tell links $(stat -c %h $file)
  '';
  preload = runCommandCC "preload" { } ''
    mkdir $out
    gcc -Wall -Wextra -Werror -O2 -shared -fPIC -o $out/time.so ${./reproduce/time.c}
    gcc -Wall -Wextra -Werror -O2 -shared -fPIC -o $out/order.so ${./reproduce/order.c}
  '';

  built = {
    # before they are made fit for an image
    init-crate = crates.init.package;
    hello-crate = crates.demo.package;
    inherit (machine)
      init
      programs
      modules
      initrd
      iso
      kernel
      ;
  };
  # Both are in the store when this is run; that a derivation is named is no reason to build it.
  line =
    name: drv:
    "${name} ${builtins.unsafeDiscardOutputDependency drv.drvPath} ${lib.getOutput "out" drv}\n";
  table = writeText "derivations" (
    lib.concatMapStrings (name: line name built.${name}) (lib.attrNames built)
  );
in
# The programs that tell differences are asked for by whoever runs it: a check of the script fetches none of them.
tellers:
writeShellApplication {
  name = "reproduce";
  runtimeInputs = tellers;
  text = ''
    table=${table}
    read -r _ probe probe_output <<<${"'" + line "probe" probe + "'"}
    preload=${preload}
  ''
  + builtins.readFile ./reproduce.sh;
  meta.description = "build what the image is made of again, under other conditions, and compare";
}
