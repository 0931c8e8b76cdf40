#!/bin/sh
# Makes a Debian or Ubuntu machine the workbook's own: packages, kernel modules, cgroups, user namespaces, the workbook itself.
# Runs as root, any number of times; every step first looks whether there is anything to do. With an offline bundle
# (`npm run bundle`) in the checkout, it needs no network.
#
# usage: provision.sh            (the checkout in /vagrant, the learner's files in /workspace)
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022

source=${DRYDOCK_SOURCE:-/vagrant}
home=/opt/drydock
workspace=/workspace
cache=/var/cache/drydock
swap=${DRYDOCK_SWAP:-512} # MB
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "drydock: there is no Node of ours for $(uname -m)" >&2; exit 1 ;;
esac
bundle=${DRYDOCK_BUNDLE:-$source/drydock-bundle-$arch.tar}
[ -e "$bundle" ] || bundle=
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$ID-$VERSION_ID")

say() { printf 'drydock: %s\n' "$*"; }

# --- packages: what the private kernel's guest has, and what a machine needs besides ------------------------------------
# One list for both; see packages.txt there. `? name` is of use to the guest's image only.
listed() {
  tr -d '\r' < "$source/sandbox/image/packages.txt" | sed 's/#.*//' \
    | awk '/^\[/ { wanted = ($1 == "[guest]" || $1 == "[machine]"); next } wanted && NF == 1 { print $1 }'
}
installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q 'ok installed'; }
# The box's own updates may be at work: apt waits for them.
apt() { apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" >/dev/null; }
# The bundle's packages are an archive of their own; nothing else is asked.
install_from_bundle() {
  debs=$cache/debs-$release
  mkdir -p "$debs/lists/partial"
  tar -x -O -f "$bundle" "debs-$release.tar" 2>/dev/null | tar -x -C "$debs" 2>/dev/null && [ -s "$debs/Packages" ] || {
    rm -rf "$debs"
    say "the bundle has no packages for $release: asking this machine's own sources"
    return 1
  }
  echo "deb [trusted=yes] file:$debs ./" > "$debs/sources.list"
  only="-o Dir::Etc::sourcelist=$debs/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$debs/lists -o APT::Sandbox::User=root"
  # shellcheck disable=SC2086  # lists of words
  apt $only update && apt $only install $missing || {
    rm -rf "$debs"
    say "not everything is in the bundle: asking this machine's own sources"
    return 1
  }
  rm -rf "$debs"
}
missing=
for package in $(listed); do
  installed "$package" || missing="$missing $package"
done
if [ -n "$missing" ]; then
  say "installing$missing"
  if [ -z "$bundle" ] || ! install_from_bundle; then
    apt update
    # shellcheck disable=SC2086  # a list of words
    apt install $missing
  fi
fi

# --- kernel: modules, user namespaces, cgroup v2, swap ----------------------------------------------------------------
say "preparing the kernel"
mkdir -p /etc/modules-load.d /etc/sysctl.d
printf '%s\n' overlay veth bridge br_netfilter loop iptable_nat nf_nat > /etc/modules-load.d/drydock.conf
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

# What the kernel has to be told when it boots.
boot_with() {
  say "$2"
  if [ -d /etc/default/grub.d ] && command -v update-grub >/dev/null; then
    echo "GRUB_CMDLINE_LINUX=\"\$GRUB_CMDLINE_LINUX $1\"" >> /etc/default/grub.d/drydock.cfg
    update-grub >/dev/null 2>&1
    say "it will have it after: vagrant reload"
  else
    say "boot it with $1"
  fi
  exit 1
}
cgroups=/sys/fs/cgroup
for controller in cpu io memory pids; do
  grep -qw "$controller" $cgroups/cgroup.controllers 2>/dev/null \
    || boot_with "systemd.unified_cgroup_hierarchy=1 cgroup_enable=$controller" "cgroup v2 has no $controller controller here"
done
grep -qw memory $cgroups/cgroup.subtree_control || echo +memory > $cgroups/cgroup.subtree_control
mkdir -p $cgroups/drydock-probe
swap_limit=$(ls $cgroups/drydock-probe/memory.swap.max 2>/dev/null || :)
rmdir $cgroups/drydock-probe
[ -n "$swap_limit" ] || boot_with swapaccount=1 "cgroup v2 cannot limit swap here (memory.swap.max)"

# Somewhere to swap to: the lessons show what a limit on memory does where there is, and a small machine breathes easier.
if [ "$(wc -l < /proc/swaps)" -lt 2 ]; then
  file=/var/swap.drydock
  if [ ! -e $file ]; then
    say "making $swap MB of swap"
    (umask 077; dd if=/dev/zero of=$file.new bs=1M count="$swap" status=none) && mkswap $file.new >/dev/null && mv $file.new $file || rm -f $file.new
  fi
  swapon $file 2>/dev/null || say "this machine cannot swap: it will do without"
fi
if [ -e /var/swap.drydock ] && ! grep -qs '^/var/swap.drydock' /etc/fstab; then
  echo '/var/swap.drydock none swap sw 0 0' >> /etc/fstab
fi

# --- the learner: who may write what the host's editor has to be able to write --------------------------------------------
learner=${SUDO_USER:-vagrant}
id "$learner" >/dev/null 2>&1 || learner=root
mkdir -p "$workspace" "$cache"
# Some shared folders show the host's owner. Root's may simply be given away. For anybody else's there is an account of the
# same number here: what the tutor writes is then the owner's on the host, too.
owner=$(stat -c %u "$workspace")
if [ "$owner" = 0 ]; then
  [ "$learner" = root ] || chown -R "$learner:" "$workspace"
elif [ "$owner" != "$(id -u "$learner")" ] && ! sudo -u "$learner" test -w "$workspace"; then
  learner=$(getent passwd "$owner" | cut -d: -f1)
  if [ -z "$learner" ]; then
    learner=drydock
    say "making an account for the owner of $workspace, user $owner of the host"
    useradd --create-home --shell /bin/bash --uid "$owner" "$learner"
  fi
  echo "$learner ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/drydock
  chmod 440 /etc/sudoers.d/drydock
fi

# --- the workbook, on the guest's own disk ----------------------------------------------------------------------------
say "bringing the workbook to $home"
mkdir -p "$home"
rsync -a --delete --exclude /.git --exclude /.vagrant --exclude /workspace --exclude /node_modules --exclude /dist \
  --exclude '/drydock-bundle-*' "$source/" "$home/"
ln -sfn "$workspace" "$home/workspace"

of_this_lock() { cmp -s "$home/package-lock.json" "$1/.drydock-lock"; }
packages=$home/node_modules
if of_this_lock "$packages"; then
  : # they are there
elif of_this_lock "$source/node_modules" && "$source/node_modules/node-linux-$arch/bin/node" --version >/dev/null 2>&1; then
  say "taking the npm packages that the host has installed"
  rsync -a --delete "$source/node_modules/" "$packages/"
else
  if [ -n "$bundle" ]; then
    say "taking the npm packages from the bundle"
    rm -rf "$packages"
    tar -x -O -f "$bundle" node_modules.tar.gz | tar -x -z -C "$home" || say "the bundle is damaged"
  fi
  if ! of_this_lock "$packages"; then
    if ! command -v npm >/dev/null; then
      say "installing npm"
      apt update
      apt install ca-certificates nodejs npm
    fi
    say "installing the locked npm packages"
    (cd "$home" && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts --engine-strict=false)
    cp "$home/package-lock.json" "$packages/.drydock-lock"
  fi
fi
chown -R "$learner:" "$home" "$cache"

# What box.ts imports, beside the learner's files: an editor on the host finds its types there, without any Node.
# Without owners and modes, which some shared folders cannot take.
(cd "$packages" && sudo -u "$learner" rsync -rt --relative --delete ffi-rs @yuuang @types/node undici-types "$workspace/node_modules/")

# --- where things are found -------------------------------------------------------------------------------------------
cat > /etc/drydock-vm <<EOF
# This machine is the workbook's own: the judge works on this kernel directly.
workspace=$workspace
EOF
cat > /usr/local/bin/drydock <<EOF
#!/bin/sh
# Always as the one account that owns the learner's files, whoever calls.
if [ "\$(id -u)" != $(id -u "$learner") ]; then
  exec sudo -n -H -u $learner --preserve-env=TERM,COLORTERM,LANG,NO_COLOR,VISUAL,EDITOR,DRYDOCK_WORKSPACE,DRYDOCK_CACHE "\$0" "\$@"
fi
export DRYDOCK_WORKSPACE="\${DRYDOCK_WORKSPACE:-$workspace}" DRYDOCK_CACHE="\${DRYDOCK_CACHE:-$cache}" DRYDOCK_BUNDLE="\${DRYDOCK_BUNDLE:-$bundle}"
exec $home/node_modules/.bin/node $home/bin/drydock.mjs "\$@"
EOF
chmod 755 /usr/local/bin/drydock
cat > /etc/profile.d/drydock.sh <<'EOF'
# The first shell of a login with a terminal opens the tutor; leaving it gives the shell. DRYDOCK_NO_TUTOR=1 goes there at once.
case $- in
  *i*) if [ -t 0 ] && [ -t 1 ] && [ "$(id -u)" != 0 ] && [ -z "${DRYDOCK_NO_TUTOR:-}" ]; then
         export DRYDOCK_NO_TUTOR=1
         drydock || true
         echo 'This is a shell in the machine. `drydock` opens the tutor again, `exit` leaves.'
       fi ;;
esac
EOF

drydock setup
drydock --version >/dev/null # which bundles the tutor, so that its first start is as quick as the others
say "ready"
