#!/bin/sh
# The first process of the PC's own namespaces, until systemd takes its place: gives ROOT what a kernel would.
# usage: boot.sh ROOT
set -eu
root=$1
mount --make-rprivate /
# pivot_root(2) wants a mount point of this namespace.
mount --rbind "$root" "$root"
cd "$root"
mount -t proc -o nosuid,noexec,nodev proc proc
# What is read-only tells systemd that devices are none of its business.
mount -t sysfs -o ro,nosuid,noexec,nodev sysfs sys
mount -t cgroup2 -o nosuid,noexec,nodev cgroup2 sys/fs/cgroup
mount -t tmpfs -o nosuid,mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs dev/shm
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
node() { mknod -m 666 "dev/$1" c "$2" "$3"; }
node null 1 3
node zero 1 5
node full 1 7
node random 1 8
node urandom 1 9
node tty 5 0
pivot_root . .
umount -l .
cd /
# In what it takes for a container systemd leaves this to who made it; credentials reach their services by it.
mount --make-rshared /
exec env -i container=lineside-tests PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  /lib/systemd/systemd --log-target=journal-or-kmsg --show-status=no
