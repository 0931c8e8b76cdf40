# box.pl HOSTNAME ROOT COMMAND…: one fork, everything else in the child, then exec.
use strict;
use Errno qw(ENOENT ENOTDIR);

# These have no names in Perl, only numbers, and others on each architecture.
my %numbers = (x86_64 => { unshare => 272, mount => 165, umount2 => 166 }, aarch64 => { unshare => 97, mount => 40, umount2 => 39 });
chomp(my $machine = `uname -m`);

sub fail { print STDERR "box: @_\n"; exit 125 }
sub call { my $name = shift; syscall($numbers{$machine}{$name}, @_) == 0 or fail("$name: $!") }
sub unshare { call('unshare', $_[0]) }

# Makes a directory the root. The tools are on the host: once that is gone from view, only system calls are left.
sub enter {
  my $root = shift;
  system('mount', '--rbind', $root, $root) == 0 or fail("no mount on $root");
  chdir $root or fail("$root: $!");
  mkdir '.before' or fail("$root/.before: $!");
  system('pivot_root', '.', '.before') == 0 or fail("$root does not become the root");
  chroot '.' and chdir '/' or fail("/: $!");
  my ($proc, $on, $before) = ('proc', '/proc', '/.before');
  call('mount', $proc, $on, $proc, 0, 0);
  call('umount2', $before, 2);
  rmdir $before or fail("$before: $!");
}

my ($name, $root) = (shift, shift);
unshare(0x20000000);
defined(my $pid = fork) or fail("fork: $!");
if ($pid) {
  waitpid $pid, 0;
  exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
}
unshare(0x00020000 | 0x04000000 | 0x08000000);
!length $name or system('hostname', $name) == 0 or fail("the name $name will not do");
system('mount --make-rprivate /') == 0 or fail('the mounts stay shared');
if (length $root) { enter($root) } else { system('mount -t proc none /proc') == 0 or fail('no /proc') }
exec { $ARGV[0] } @ARGV or do {
  my $refused = $!;
  print STDERR "box: $ARGV[0]: $refused\n";
  exit($refused == ENOENT || $refused == ENOTDIR ? 127 : 126);
};
