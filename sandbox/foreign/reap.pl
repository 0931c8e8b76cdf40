# reap.pl PIDFILE PROGRAM ARGUMENT…: runs a program and waits as a shell does; signals that come are passed on.
#
# Where the program writes the pid of a container to PIDFILE and leaves, the container is waited for instead. That is what
# conmon and containerd's shim are for: when its runtime has gone, the container's first process becomes a child of the nearest
# subreaper above it, see prctl(2).
use strict;
use POSIX ();

my ($file, @program) = @ARGV;
my %ended;
my $number = (POSIX::uname())[4] eq "aarch64" ? 167 : 157;
syscall($number, 36, 1, 0, 0, 0) == 0 or die "box: prctl(PR_SET_CHILD_SUBREAPER): $!\n";

my $pid = fork // die "box: fork: $!\n";
if (!$pid) { exec { $program[0] } @program or die "box: $program[0]: $!\n" }
for my $name (qw(HUP INT QUIT TERM USR1 USR2)) { $SIG{$name} = sub { kill $name, $pid } }
my $ended = reap();
if (!$ended && open my $in, '<', $file) { $pid = <$in>; $ended = reap() }
exit($ended & 127 ? 128 + ($ended & 127) : $ended >> 8);

# Waits for $pid. Others end as well, even before it: crun lets a process of its own go last, which is the container's parent
# until then; and a short container may be over when its runtime is.
sub reap {
  while (!exists $ended{$pid}) {
    my $gone = wait;
    return 125 << 8 if $gone < 0 && !$!{EINTR};
    $ended{$gone} = $? if $gone > 0;
  }
  return $ended{$pid};
}
