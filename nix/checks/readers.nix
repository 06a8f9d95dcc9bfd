# The demo machine's image as others' programs read it, without a complaint: as a CD, as a disk, and as a disk with a GPT.
# None of them is ours, and none knows of the others. (`mount` needs root, and so is not tried here.)
{
  dosfstools,
  file,
  libarchive,
  machine,
  mtools,
  p7zip,
  runCommand,
  scratchmachine,
  util-linux,
  xorriso,
}:
runCommand "readers"
  {
    nativeBuildInputs = [
      dosfstools
      file
      libarchive
      mtools
      p7zip
      util-linux
      xorriso
    ];
    image = "${machine.iso}/${machine.iso.file}";
    kernel = "${machine.kernel}/bzImage";
  }
  ''
    fail() { echo "$*" >&2; exit 1; }
    says() { grep -qF -- "$1" said || { cat said >&2; fail "not said: $1"; }; }
    # by its exit status and by what it says
    content() {
      "$@" >said 2>&1 || { cat said >&2; fail "$* failed"; }
      if grep -iE 'warning|error|corrupt|damaged|invalid|sorry|failure' said | grep -viE 'no errors|errors: *0'; then
        fail "$* complains"
      fi
    }

    # the CD, by three readers of ISO 9660
    content xorriso -indev $image -report_el_torito plain -find / -exec lsdl
    says "Volume id    : 'SCRATCHMACHINE'"
    says 'boot-info-table isohybrid-suitable'
    says 'El Torito boot img :   2  UEFI  y'
    content xorriso -osirrox on -indev $image -extract / by-xorriso
    mkdir by-libarchive
    content bsdtar -xf $image -C by-libarchive
    content 7z t $image
    says 'Everything is Ok'
    content 7z x -oby-7z $image bzImage initrd settings isolinux
    for other in by-libarchive by-7z; do
      diff -r by-xorriso $other || fail "$other has other files than xorriso"
    done
    cmp by-xorriso/bzImage $kernel
    content file $image
    says "ISO 9660 CD-ROM filesystem data (DOS/MBR boot sector) 'SCRATCHMACHINE' (bootable)"

    # the disk
    content sfdisk --verify $image
    content sfdisk --list $image
    says 'EFI (FAT-12/16/32)'
    content sfdisk --dump $image
    start=$(sed -nE 's/.*start= *([0-9]+),.*/\1/p' said)
    tail -c +$((start * 512 + 1)) $image >fat
    content fsck.fat -nv fat
    content mtools -c mdir -i fat -/ ::
    says 'BOOTX64  EFI'
    content mtools -c mcopy -i fat ::BZIMAGE kernel-in-fat
    cmp kernel-in-fat $kernel

    # the disk with a GPT
    ${scratchmachine}/bin/scratchmachine export $image --format raw --gpt -o with-gpt
    content sfdisk --verify with-gpt
    content sfdisk --list with-gpt
    says 'Disklabel type: gpt'
    says 'EFI System'
    content 7z l with-gpt
    # the CD in it is the same
    content xorriso -osirrox on -indev with-gpt -extract /bzImage again
    cmp again $kernel
    touch $out
  ''
