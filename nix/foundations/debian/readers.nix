# What others read images with, each under nixpkgs' name for it, as far as it is used.
{ program, root }:
{
  dosfstools = program {
    pname = "fsck.fat";
    inherit root;
    programs = [ "usr/sbin/fsck.fat" ];
  };
  file = program {
    pname = "file";
    inherit root;
    arguments = "--magic-file ${root}/usr/lib/file/magic.mgc";
  };
  libarchive = program {
    pname = "bsdtar";
    inherit root;
  };
  mtools = program {
    pname = "mtools";
    inherit root;
  };
  p7zip = program {
    pname = "7z";
    inherit root;
    # which finds its formats in the file beside it
    programs = [ "usr/lib/7zip/7z" ];
  };
  util-linux = program {
    pname = "sfdisk";
    inherit root;
    programs = [ "usr/sbin/sfdisk" ];
  };
}
