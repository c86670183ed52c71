#!/bin/bash
# Runs a command in a throw-away copy of this machine: an overlay of / in fresh namespaces. What it installs is gone at its end.
# usage: unshare --net --mount --pid --fork --kill-child --uts --mount-proc room.sh KEPT-FOLDER COMMAND…
set -e
kept=$1
shift
room=$(mktemp -d)
mount --make-rprivate /
mount -t tmpfs tmpfs "$room"
mkdir "$room/up" "$room/work" "$room/root"
root=$room/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$room/up,workdir=$room/work" "$root"
mount -t tmpfs tmpfs "$root/run"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount --bind "$kept" "$root$kept"
mkdir -p "$root/run/dbus" "$root/run/lock" "$root/old"
here=$PWD
cd "$root"
pivot_root . old
umount -l /old
rmdir /old
hostname package
ip link set lo up
cd "$here"
# Not exec: the first process takes in the orphans.
"$@"
