#!/usr/bin/env bash
# Both packages in a Debian 12 of nothing but its essential packages, made by debootstrap: first the tarball with
# nothing installed, then the .deb with what apt brings for it. Needs root and a mirror; else exit status 77.
#
#   tests/package/clean_debian.sh PACKAGES_SCRIPT
set -Eeuo pipefail

skip() {
  echo "skipped: $*"
  exit 77
}
((EUID == 0)) || skip "this needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
if [[ ${FRESHET_OWN_MOUNTS:-} != yes ]]; then
  FRESHET_OWN_MOUNTS=yes exec unshare --mount "$0" "$@"
fi

work=$(mktemp -d)
trap 'umount "$work/debian/proc" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
mirror=$(apt-cache policy base-files | sed -n 's/^ *500 \(http[^ ]*\) bookworm.*/\1/p' | head -n 1)
"$1" "$work/packages"
debootstrap --variant=minbase bookworm "$work/debian" ${mirror:+"$mirror"} >"$work/log" 2>&1 ||
  skip "debootstrap: $(tail -n 1 "$work/log")"
mount -t proc proc "$work/debian/proc"

in_root() { chroot "$work/debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
# run_smoke PROGRAM SHARE: a run that is judged; 3 is a machine that was starved.
run_smoke() {
  local status=0
  in_root "$1" version
  in_root "$1" run "$2/freshet/scenarios/smoke.lua" -q -o "/tmp/run-$RANDOM" || status=$?
  ((status == 0 || status == 3))
}

mkdir "$work/debian/opt/freshet"
tar -xzf "$work"/packages/*.tar.gz -C "$work/debian/opt/freshet" --strip-components=1
run_smoke /opt/freshet/bin/freshet /opt/freshet/share
rm -rf "$work/debian/opt/freshet"

cp "$work"/packages/*.deb "$work/debian/tmp/"
cp /etc/resolv.conf "$work/debian/etc/"
cp /etc/apt/apt.conf.d/*proxy* "$work/debian/etc/apt/apt.conf.d/" 2>/dev/null || true
in_root apt-get -q update
in_root sh -c 'apt-get -q -y install --no-install-recommends /tmp/*.deb'
run_smoke freshet /usr/share
