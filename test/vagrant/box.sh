#!/bin/bash
# Builds a small Debian box for libvirt that boots under QEMU without KVM: for test/vagrant/up.ts, which runs a whole
# `vagrant up` on machines that have no hardware virtualization and may reach no box catalogue.
#
# usage: box.sh CODENAME FOLDER      (root; mmdebstrap, e2fsprogs, qemu-utils; packages from this machine's apt sources)
set -euo pipefail
codename=$1 out=$2
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir -p "$out"

# The key that every Vagrant knows; the first `vagrant up` replaces it.
keys=$(ruby -e 'puts Gem::Specification.find_by_name("vagrant").gem_dir')/keys/vagrant.pub
[ -e "$keys" ] || keys=$(dpkg -L vagrant | grep 'keys/vagrant\.pub$')

packages=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,systemd-resolved,udev,dbus,openssh-server,sudo,iproute2,kmod,netbase,rsync
[ "$codename" = bookworm ] || packages+=,libpam-systemd

cat > "$work/finish" <<'END'
set -e
root=$1
echo drydock-box > "$root/etc/hostname"
printf '127.0.0.1 localhost drydock-box\n::1 localhost\n' > "$root/etc/hosts"
echo '/dev/vda / ext4 defaults,noatime 0 1' > "$root/etc/fstab"
: > "$root/etc/machine-id"
cat > "$root/etc/systemd/network/50-any.network" <<'NET'
[Match]
Type=ether

[Network]
DHCP=ipv4
IPv6AcceptRA=no

# The address must stay the same when cloud-like boxes forget their machine id.
[DHCPv4]
ClientIdentifier=mac
NET
ln -sf /run/systemd/resolve/resolv.conf "$root/etc/resolv.conf"
chroot "$root" systemctl --quiet enable systemd-networkd ssh
# Nothing else shall use the one slow processor.
chroot "$root" systemctl --quiet mask systemd-networkd-wait-online apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer
chroot "$root" ssh-keygen -q -A
echo 'UseDNS no' > "$root/etc/ssh/sshd_config.d/box.conf"
chroot "$root" useradd --create-home --shell /bin/bash vagrant
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/vagrant"
chmod 440 "$root/etc/sudoers.d/vagrant"
install -d -m 700 "$root/home/vagrant/.ssh"
install -m 600 "$VAGRANT_KEYS" "$root/home/vagrant/.ssh/authorized_keys"
chroot "$root" chown -R vagrant: /home/vagrant
END

export VAGRANT_KEYS=$keys
mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" --skip=cleanup/reproducible \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="sh '$work/finish' \"\$1\"" "$codename" "$work/root"

install -m 644 "$work"/root/boot/vmlinuz-* "$out/vmlinuz"
install -m 644 "$work"/root/boot/initrd.img-* "$out/initrd.img"
truncate -s 10G "$work/disk"
mke2fs -q -t ext4 -d "$work/root" "$work/disk"
qemu-img convert -q -c -O qcow2 "$work/disk" "$work/box.img"
echo '{"provider":"libvirt","format":"qcow2","virtual_size":10}' > "$work/metadata.json"
# The box's own settings come before the project's, which says nothing of them: the kernel is started directly, and emulated.
cat > "$work/Vagrantfile" <<'END'
Vagrant.configure("2") do |config|
  config.vm.provider :libvirt do |lv|
    lv.kernel = File.expand_path("vmlinuz", __dir__)
    lv.initrd = File.expand_path("initrd.img", __dir__)
    lv.cmd_line = "root=/dev/vda rw net.ifnames=0 console=ttyS0 mitigations=off"
    lv.driver = "qemu"
    lv.cpu_mode = "custom"
    lv.cpu_model = "qemu64"
    # QEMU 7.2's emulation of CMPXCHG16B forgets a flag, and Linux 6.12 notices.
    lv.cpu_feature name: "cx16", policy: "disable"
    lv.graphics_type = "none"
    lv.disk_driver cache: "unsafe"
  end
end
END
cp "$out/vmlinuz" "$out/initrd.img" "$work/"
tar -C "$work" -czf "$out/drydock-test.box" metadata.json Vagrantfile box.img vmlinuz initrd.img
