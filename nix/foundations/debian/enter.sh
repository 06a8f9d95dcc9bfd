# The first thing that runs in every build: busybox's shell, which makes the root that the build asked for
# its own and goes on there with bash. Inside Nix's sandbox and outside alike, the build sees its root,
# the store, its own directory at /build, an empty /tmp, and no network but its own loopback.
# $busybox, $root, $path and $passAsFile come from build.nix.
set -eu
PATH=$busybox/bin

if [ -z "${inside:-}" ]; then
  export inside=1
  exec busybox unshare --user --map-root-user --mount --net --ipc --uts busybox sh "$0"
fi

busybox ifconfig lo 127.0.0.1 up
busybox hostname localhost
busybox mount --rbind /nix/store "$root/nix/store"
busybox mount --rbind "$NIX_BUILD_TOP" "$root/build"
busybox mount --rbind /proc "$root/proc"
busybox mount --rbind /dev "$root/dev"
busybox mount -t tmpfs tmpfs "$root/tmp"

# Nix names the files of passAsFile by its own path to the build directory.
for name in $passAsFile; do
  eval "export ${name}Path=/build/\${${name}Path##*/}"
done

cd "$root/build"
exec busybox env -u inside -u busybox -u root -u path -u NIX_BUILD_TOP -u TMP -u TEMP -u TEMPDIR \
  TMPDIR=/build HOME=/build PATH="${path:+$path:}/usr/bin:/usr/sbin" \
  "$busybox/bin/busybox" chroot "$root" \
  /usr/bin/bash -c 'cd /build && set -e -o pipefail && source "$buildCommandPath"'
