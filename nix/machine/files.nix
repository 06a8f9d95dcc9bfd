# The files that a machine asked for beside its programs: what lies where in the initramfs, as makeInitrd takes it, each
# with the component that it is of (nix/evidence/provenance.nix).
{
  cacert,
  lib,
  runCommand,
  tzdata,
  writeText,
}:
{
  files,
  certificates,
  timeZones,
}:
let
  file = path: {
    object = files.${path};
    symlink = path;
  };
  asObject =
    it:
    let
      inherit (it) object symlink;
      name = baseNameOf symlink;
    in
    it
    // {
      # a store path, and nothing within one: nix/machine/initrd.nix
      object =
        if lib.isAttrs object && object ? text then
          writeText name object.text
        else
          runCommand name { inherit object; } "cp -r $object $out";
      component = "settings";
    };

  # Mozilla's, and those that were given
  bundle =
    runCommand "ca-certificates" { own = if certificates == true then [ ] else certificates; }
      ''
        mkdir $out
        cat ${cacert}/etc/ssl/certs/ca-no-trust-rules-bundle.crt $own >$out/ca-certificates.crt
      '';
  zones = runCommand "zoneinfo" { } ''
    cp -r --no-preserve=mode ${tzdata}/share/zoneinfo $out
    cd $out
    # but for the host's own zone, which leads outside, and the same zones once more, and with leap seconds
    rm -rf localtime posix right
    # no two files of an image may be equal (programs.nix)
    declare -A first
    while read -r hash file; do
      if [[ ''${first[$hash]-} ]]; then
        ln -sfr "''${first[$hash]}" "$file"
      else
        first[$hash]=$file
      fi
    done < <(find . -type f -exec sha256sum {} + | sort -k 2)
  '';
in
map (path: asObject (file path)) (lib.attrNames files)
++ (
  if certificates == false then
    [ ]
  else
    # where programs look: Debian's place, OpenSSL's, and Go's other ones
    map
      (symlink: {
        object = bundle;
        suffix = "/ca-certificates.crt";
        inherit symlink;
        component = "certificates";
      })
      [
        "/etc/ssl/certs/ca-certificates.crt"
        "/etc/ssl/cert.pem"
      ]
)
++ (
  if !timeZones then
    [ ]
  else
    [
      {
        object = zones;
        symlink = "/usr/share/zoneinfo";
        component = "time-zones";
      }
    ]
)
