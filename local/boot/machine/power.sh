#!/bin/sh
# Power of one machine, in a mount namespace that ends with it: no mount is ever left behind.
# power.sh <lower root> <directory> <image of the root volume, or "" for as much as there is> <cgroup:cgroup…> <nspawn> <options…>
set -eu
lower=$1 dir=$2 image=$3 groups=$4
shift 4
old_ifs=$IFS
IFS=:
for group in $groups; do echo $$ >"$group/cgroup.procs"; done
IFS=$old_ifs

volume=$dir/volume-root
mkdir -p "$volume" "$dir/root"
# The loop device goes with the mount, and that with the last process.
[ -z "$image" ] || mount -o loop "$image" "$volume"
mkdir -p "$volume/upper" "$volume/work"
[ -d "$dir/given" ] && cp -rT "$dir/given" "$volume/upper"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$volume/upper,workdir=$volume/work" "$dir/root"

# 133: it was asked to boot again.
while :; do
  code=0
  # shellcheck disable=SC2046 # one word for each device
  "$@" --directory="$dir/root" /usr/local/sbin/promha-init $(cat "$dir/devices") || code=$?
  [ $code = 133 ] || exit $code
done
