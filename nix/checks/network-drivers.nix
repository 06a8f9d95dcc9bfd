# The default image has the drivers of the cards that QEMU can't emulate, by the numbers that their makers gave them.
# Sources: ena's and gve's documents in Linux' Documentation/networking/device_drivers/ethernet; the 82599's and X540's
# data sheets; Microsoft's "network device" class of VMBus.
{ runCommand, machine }:
runCommand "network-drivers"
  {
    cards = ''
      ena pci:v00001D0Fd0000EC20sv AWS' Elastic Network Adapter
      gve pci:v00001AE0d00000042sv Google's gVNIC
      hv_netvsc vmbus:635161f83edfc546913ff2d2f965ed0e Hyper-V's and Azure's
      hv_vmbus acpi*:VMBUS: the bus that it is on
      igbvf pci:v00008086d000010CAsv a part of an Intel 82576
      ixgbevf pci:v00008086d000010EDsv a part of an Intel 82599, AWS' enhanced networking
      ixgbevf pci:v00008086d00001515sv a part of an Intel X540
    '';
  }
  ''
    index=$(echo ${machine.modules}/*/modules.alias)
    while read -r module alias what; do
      [[ $module ]] || continue
      grep -F " $alias" "$index" | grep -q " $module$" || {
        echo "nothing in the image drives $alias, $what: it should be $module" >&2
        exit 1
      }
    done <<<"$cards"
    # all that are there have what they need
    while read -r file needs; do
      for needed in ''${file%:} $needs; do
        [[ -e $(dirname "$index")/$needed ]] || { echo "$needed is missing" >&2; exit 1; }
      done
    done <$(dirname "$index")/modules.dep
    touch $out
  ''
