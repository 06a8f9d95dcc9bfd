# nixpkgs' linuxManualConfig: a kernel from a complete configuration.
{ build, toolchain }:
{
  version,
  modDirVersion ? version,
  src,
  configfile,
  # a list of { name; patch; }
  kernelPatches ? [ ],
  # what nixpkgs would otherwise read out of the built configuration
  config ? { },
}:
let
  isModular = config.CONFIG_MODULES or "n" == "y";
in
build {
  name = "linux-${version}";
  root = toolchain;
  outputs = [
    "out"
    "dev"
  ];
  inherit src configfile modDirVersion;
  patches = map (it: it.patch) kernelPatches;
  passthru = { inherit kernelPatches; };
  # what the kernel would otherwise ask the build machine
  KBUILD_BUILD_TIMESTAMP = "Tue Jan  1 00:00:00 UTC 1980";
  KBUILD_BUILD_USER = "nixbld";
  KBUILD_BUILD_HOST = "localhost";
  KBUILD_BUILD_VERSION = "1";
  script = ''
    mkdir source build
    tar -xf $src --strip-components=1 --no-same-owner -C source
    for patch in $patches; do
      patch -d source -p1 <$patch
    done
    cp $configfile build/.config
    chmod u+w build/.config
    make() { command make -C source O=/build/build -j$NIX_BUILD_CORES "$@"; }
    make oldconfig </dev/null
    make bzImage ${if isModular then "modules" else ""}
    release=$(<build/include/config/kernel.release)
    [[ $release == "$modDirVersion" ]] || { echo "the kernel calls itself $release, not $modDirVersion" >&2; exit 1; }
    mkdir $out $dev
    cp build/arch/x86/boot/bzImage build/System.map $out/
    cp build/.config $out/config
    cp build/vmlinux $dev/
  ''
  + (
    if isModular then
      ''
        make INSTALL_MOD_PATH=$out INSTALL_MOD_STRIP=1 modules_install
        rm -f $out/lib/modules/*/{build,source}
      ''
    else
      ""
  );
}
