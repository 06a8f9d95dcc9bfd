# Everything the foundation takes from outside, as fixed-output derivations whose outputs
# ./debian-nix has put into the store: the host's own clients fetch, Nix verifies.
let
  pins = builtins.fromJSON (builtins.readFile ./packages.json);

  # The only program that no builder of ours can unpack: `debian-nix` takes it out of its package.
  # It must be *called* busybox, since it picks the applet by the name it is called by.
  busybox = derivation {
    name = "busybox-static";
    system = "x86_64-linux";
    builder = "/not-in-the-store-run-debian-nix-to-fetch-it";
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = pins.busybox;
  };

  fetched =
    { name, sha256 }:
    derivation {
      inherit name;
      system = "x86_64-linux";
      builder = "${busybox}/bin/busybox";
      args = [
        "sh"
        "-c"
        "echo '${name} is not in the store: run ./debian-nix, which fetches it' >&2; exit 1"
      ];
      outputHashMode = "flat";
      outputHashAlgo = "sha256";
      outputHash = sha256;
    };

  # Debian's file names hold `%3a`, `+` and `~`; store names allow no `%` and no `~`.
  storeName =
    file:
    builtins.replaceStrings [ "%3a" "%2b" "%7e" "~" ] [ "." "+" "." "." ] (builtins.baseNameOf file);

  # As a package URL holds names and versions.
  inUrl = builtins.replaceStrings [ "+" ] [ "%2B" ];

  debs = builtins.mapAttrs (
    name: pin:
    let
      architecture = builtins.head (builtins.match ".*_([a-z0-9]+)[.]deb" pin.path);
    in
    fetched {
      name = storeName pin.path;
      inherit (pin) sha256;
    }
    # for whoever asks; no part of the derivation
    // {
      urls = [ pin.path ];
      meta.identifiers.purl = "pkg:deb/debian/${inUrl name}@${inUrl pin.version}?arch=${architecture}";
    }
  ) pins.packages;

  crate =
    {
      name,
      version,
      checksum,
      ...
    }:
    fetched {
      name = "${name}-${version}.crate";
      sha256 = checksum;
    }
    // {
      meta.identifiers.purl = "pkg:cargo/${name}@${inUrl version}";
    };

  # The crates that a Cargo.lock names; packages without a checksum are the workspace's own.
  crates =
    lock:
    map (package: package // { file = crate package; }) (
      builtins.filter (package: package ? checksum)
        (builtins.fromTOML (builtins.readFile lock)).package or [ ]
    );

  # By name, the packages that must be in the store to build anything, and those for the outputs that are named.
  needed =
    outputs:
    let
      rootsThat = test: builtins.filter test (builtins.attrNames pins.roots);
      packagesOf = names: builtins.concatMap (name: pins.roots.${name}) names;
      waits = name: pins.outputs ? ${name} && !builtins.elem pins.outputs.${name} outputs;
      set =
        names:
        builtins.listToAttrs (
          map (name: {
            inherit name;
            value = null;
          }) names
        );
      asked = set (packagesOf (rootsThat (name: !waits name)));
      waiting = removeAttrs (set (packagesOf (rootsThat waits))) (builtins.attrNames asked);
    in
    builtins.attrNames (removeAttrs pins.packages (builtins.attrNames waiting));

  line = fields: builtins.concatStringsSep " " fields + "\n";
  withoutContext = builtins.unsafeDiscardStringContext;
in
{
  inherit busybox debs crates;
  inherit (pins) roots suite;
  versions = builtins.mapAttrs (_: pin: pin.version) pins.packages;

  # where each is on any Debian mirror, by store path
  places =
    builtins.listToAttrs (
      map (deb: {
        name = withoutContext deb.outPath;
        value = builtins.head deb.urls;
      }) (builtins.attrValues debs)
    )
    // {
      ${withoutContext busybox.outPath} = "usr/bin/busybox of ${builtins.head debs.busybox-static.urls}";
    };

  # For ./debian-nix: what must be in the store, one line each.
  busyboxPath = withoutContext busybox.outPath;
  debTable =
    outputs:
    builtins.concatStringsSep "" (
      map (
        name:
        let
          pin = pins.packages.${name};
        in
        line [
          (withoutContext debs.${name}.outPath)
          pin.path
          pin.sha256
          (toString pin.size)
          name
        ]
      ) (needed outputs)
    );
  crateTable =
    locks:
    builtins.concatStringsSep "" (
      builtins.concatMap (
        lock:
        map (
          package:
          line [
            (withoutContext package.file.outPath)
            "${package.name}-${package.version}.crate"
            lock
          ]
        ) (crates lock)
      ) locks
    );
}
