# The demo machine's image in every format: the same bytes when it is written again, and as others read them, those of the
# image; and what can't be done leaves nothing behind.
{
  machine,
  qemu_test,
  runCommand,
  scratchmachine,
  systemd,
}:
runCommand "export"
  {
    nativeBuildInputs = [ qemu_test ];
    image = "${machine.iso}/${machine.iso.file}";
    microvm = machine.microvmImage;
    SCRATCHMACHINE_STUB = "${systemd}/lib/systemd/boot/efi/linuxx64.efi.stub";
    # by format, the name that qemu-img has for it
    disks = "raw:img:raw qcow2:qcow2:qcow2 vmdk:vmdk:vmdk vhd:vhd:vpc vhdx:vhdx:vhdx";
  }
  ''
    export() { ${scratchmachine}/bin/scratchmachine export "$@"; }
    fail() { echo "$*" >&2; exit 1; }
    same() { cmp -n $(stat -c %s $image) $image "$1"; }

    mkdir one other
    for format in raw qcow2 vmdk ova vhd vhdx gce oci-disk uki netboot; do
      # as another file, in another place, at another time
      (cd one && export $image --format $format)
      cp $image other/copy.iso
      (cd other && export copy.iso --format $format -o ../other.$format)
    done
    for file in one/*; do
      format=''${file##*.}
      case $file in
        *.img) format=raw ;;
        *.tar.gz) format=gce ;;
        # the machine's name is in them
        *.ova | *.oci.tar | *.efi) continue ;;
      esac
      diff -r $file other.$format || fail "$format is not the same twice"
    done
    (cd one && for format in ova oci-disk uki; do export $image -f $format -o ../again.$format; done)
    cmp one/*.ova again.ova
    cmp one/*.oci.tar again.oci-disk
    cmp one/*.efi again.uki

    for disk in $disks; do
      IFS=: read -r format extension theirs <<<"$disk"
      qemu-img convert -f $theirs -O raw one/*.$extension back
      same back
      (($(stat -c %s back) % 1048576 == 0)) || fail "$format is not of whole megabytes"
    done
    for disk in qcow2 vmdk vhdx; do
      qemu-img check -f $disk one/*.$disk
    done
    # Azure's conditions: whole megabytes before the footer, which has this cookie
    (($(stat -c %s one/*.vhd) % 1048576 == 512))
    [[ $(tail -c 512 one/*.vhd | head -c 8) == conectix ]]

    # the machine: its disk is the same again, and has the hash that it says
    mkdir machine && tar -xf one/*.ova -C machine
    qemu-img convert -f vmdk -O raw machine/*.vmdk back
    same back
    while read -r name hash; do
      name=''${name#SHA256(} name=''${name%)=}
      [[ $(sha256sum <machine/$name) == "$hash  -" ]] || fail "the hash of $name is another one"
    done <machine/*.mf
    [[ $(tar -tf one/*.ova | head -n 1) == *.ovf ]]

    # GCE: one file, of whole gigabytes
    tar -xzf one/*.tar.gz
    same disk.raw
    (($(stat -c %s disk.raw) == 1073741824))

    # a container image, each blob under its hash
    mkdir container && tar -xf one/*.oci.tar -C container
    for blob in container/blobs/sha256/*; do
      [[ $(sha256sum <$blob) == "''${blob##*/}  -" ]] || fail "$blob is not under its hash"
    done
    for blob in container/blobs/sha256/*; do
      tar -tf $blob 2>/dev/null >names || continue
      grep -q '^disk/.*[.]qcow2$' names
      tar --no-same-owner -xf $blob
    done
    cmp disk/*.qcow2 one/*.qcow2

    # network boot: kernel and initramfs of the image
    cmp one/*.netboot/bzImage ${machine.kernel}/bzImage
    cmp -n $(stat -c %s ${machine.initrd}/initrd) one/*.netboot/initrd ${machine.initrd}/initrd
    [[ $(head -n 1 one/*.netboot/boot.ipxe) == '#!ipxe' ]]

    # Firecracker and Cloud Hypervisor: the microvm's files, and a configuration that names them
    for hypervisor in firecracker cloud-hypervisor; do
      export $microvm --format $hypervisor -o one.$hypervisor
      export $microvm --format $hypervisor -o other.$hypervisor
      diff -r one.$hypervisor other.$hypervisor
      cmp one.$hypervisor/vmlinux $microvm/vmlinux
      cmp one.$hypervisor/initrd $microvm/initrd
      grep -qF -- "$(<$microvm/command-line)" one.$hypervisor/machine.json
    done

    # refused, in one line, with nothing left behind
    mkdir empty && cd empty
    refuses() {
      local wanted=$1
      shift
      if export "$@" 2>message; then fail "export $* did not fail"; fi
      grep -qF -- "$wanted" message || { cat message; fail "export $*: not '$wanted'"; }
      rm message
      [[ -z $(ls -A) ]] || fail "export $* left $(ls -A)"
    }
    refuses 'possible values: raw, qcow2' $image --format floppy
    refuses 'it is not an image of ours' ${machine.kernel}/bzImage --format raw
    refuses 'No such file or directory' missing.iso --format raw
    refuses 'it exists' $image --format raw -o ../one
    refuses 'No such file or directory' $image --format vmdk -o nowhere/x
    refuses 'give the directory that' $image --format firecracker
    refuses 'it is a directory' $microvm --format qcow2
    refuses 'linuxx64.efi.stub' $image --format uki --stub $image
    refuses 'only a disk has a GPT' $image --format netboot --gpt
    (unset SCRATCHMACHINE_STUB && refuses "systemd's stub" $image --format uki)
    head -c 1000000 $image >../cut.iso
    refuses 'was it cut off?' ../cut.iso --format qcow2
    touch $out
  ''
