/** Lesson 08: is the command in a cgroup of its own, do its limits hold there, and is nothing left of it? */
import { existsSync } from 'node:fs';
import { type CgroupView, derive, type Fact, lesson, type ProcessView } from '#check';

/** What a limit's file says; null where there is no such file. */
type Limit = number | 'max' | null;

const MiB = 1024 * 1024;
const PAGE = 4096;

/** Has a child at once. Then it does as it is told: burns processor time, or has as many children as it can get. */
const obedient = `sub child { my $pid = fork; $_[0]->() if defined $pid && !$pid; $pid } sub idle { sleep 9 while 1 }
child(\\&idle);
while (<STDIN>) {
  $busy = child(sub { 1 while 1 }) if /spin/;
  kill(9, $busy), waitpid($busy, 0) if /calm/;
  if (/fork/) { child(\\&idle) // last for 1..60; $0 = $ARGV[0] }
  exit $1 if /exit (\\d+)/;
}`;

/** Takes so many MiB, and then is content. */
const greedy = 'push @taken, "x" x (1 << 20) for 1..$ARGV[0];';

/** A root file system with nothing but sleep(1) in it. */
const small = 'cd "$0" && mkdir bin dev proc sys tmp && cp /bin/busybox bin/sleep';

/**
 * Makes a cgroup $below in the cgroup $cgroup, puts a process into $cgroup that sleeps for $seconds, and leaves. That process does not die
 * the moment it is killed, as one that waits for a disk would not: it is traced, and held for 20 ms at its own exit.
 */
const visitor = `use POSIX ();
my ($cgroup, $below, $seconds) = @ARGV;
mkdir "$cgroup/$below" or die "$below: $!";
pipe my $told, my $tell;
if (fork) { close $tell; exit !readline $told }
open STDIN, '<', '/dev/null'; open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
my $pid = fork;
exec 'sleep', $seconds if defined $pid && !$pid;
my $ptrace = (POSIX::uname())[4] eq 'aarch64' ? 117 : 101;
my ($PTRACE_SEIZE, $PTRACE_CONT, $PTRACE_O_TRACEEXIT) = (0x4206, 7, 0x40);
syscall($ptrace, $PTRACE_SEIZE, $pid, 0, $PTRACE_O_TRACEEXIT) == 0 or die;
open my $procs, '>', "$cgroup/cgroup.procs" or die;
print $procs $pid;
close $procs or die;
print $tell "in\\n";
close $tell;
waitpid $pid, 0;
select undef, undef, undef, 0.02;
syscall $ptrace, $PTRACE_CONT, $pid, 0, 0;
waitpid $pid, 0;`;

lesson('08-cgroups', ({ box, wall, token, check }) => {
  const [memory, less] = [token.int(32, 40), token.int(20, 28)];
  const [cpus, pids, status, done] = [token.int(30, 70) / 100, token.int(16, 30), token.int(3, 119), token.word(12)];
  const size = token.pick([`${memory}m`, `${memory * 1024}k`, String(memory * MiB)]);
  const limited = box.container({
    flags: ['--memory', size, '--cpus', String(cpus), '--pids-limit', String(pids)],
    command: ['perl', '/fixtures/obedient.pl', done],
  });
  const dir = `/fixtures/${token.word()}`;
  const neighbor = box.container({ flags: ['--rootfs', dir, '--memory', `${less}m`], command: ['sleep', token.seconds()] });
  /** The cgroups that the two were in. */
  const theirs = new Map<typeof limited, CgroupView>();

  /** A limit as it counts for a command: the tightest from its own cgroup upwards. */
  const tightest = (name: string, command: ProcessView, read: (cgroup: CgroupView) => Fact<Limit>): Fact<Limit> => {
    const facts = wall.cgroupsOf(command).map(read);
    const numbers = facts.map(({ value }) => value).filter((value) => typeof value === 'number');
    return derive(name, numbers.length > 0 ? Math.min(...numbers) : facts[0]?.value ?? null, ...facts);
  };
  const memoryOf = (command: ProcessView, whose = command.label) => tightest(`the memory limit of ${whose}`, command, (cgroup) => cgroup.memoryMax());
  const cpusOf = (command: ProcessView) => tightest('the number of processors it may use', command, (cgroup) => {
    const max = cgroup.cpuMax();
    return derive(max.name, max.value === null || max.value.quota === 'max' ? max.value?.quota ?? null : max.value.quota / max.value.period, max);
  });
  /** How often memory has run out so far, wherever that was. */
  const killed = () => {
    const events = wall.cgroup.memoryEvents();
    return derive('the number of processes that were killed for want of memory', events.value?.['oom_kill'] ?? 0, events);
  };
  /** Does something, and notes how often memory ran out meanwhile. */
  const counted = async <T>(note: (name: string, fact: Fact<unknown>) => void, work: () => Promise<T>): Promise<T> => {
    const before = killed().value;
    return await work().finally(() => note('killed meanwhile', derive('killed', killed().value - before, killed())));
  };
  /** What is in a cgroup that should not be there any more; null where it is not. */
  const remains = (cgroup: CgroupView) => {
    const there = cgroup.exists() ? { populated: cgroup.events().value?.['populated'], below: cgroup.children().map(({ name }) => name) } : null;
    return derive('its cgroup', there, cgroup.events());
  };

  check('own', 'The command is in a cgroup of its own', { points: 2 }, async ({ that, note, until }) => {
    await wall.file('obedient.pl', obedient);
    const command = await counted(note, () => limited.command());
    const began = limited.began();
    note('where box was started', began);
    const own = await until(() => command.cgroup(), (path) => path !== began.value);
    that(own).satisfies((path) => path !== began.value && wall.cgroupsOf(command).length > 0, `another one than ${began.value}, where box was started, and beside or below that`);
    that((await limited.box()).cgroup()).satisfies((path) => `${path}/`.startsWith(`${own.value}/`) === false, `outside of the command’s, which is ${own.value}`);
    for (const cgroup of wall.cgroupsOf(command).slice(0, 1)) theirs.set(limited, cgroup);
  });

  check('at-once', 'So is what the command starts, and be it at once', { points: 2, needs: ['own'] }, async ({ that, note, until }) => {
    const command = await limited.command();
    const own = command.cgroup();
    const children = await until(() => derive('children', command.children().map((child) => child.cgroup())), (value) => value.length > 0);
    const where = derive('the list of cgroups of its children', children.value.map(({ value }) => value), ...children.value);
    note('where its children are', where);
    that(where).satisfies((paths) => paths.length > 0 && paths.every((path) => `${path}/`.startsWith(`${own.value}/`)), `${own.value}, as the command’s own`);
  });

  check('namespace', 'It sees its cgroup as the top of the tree', { points: 2, needs: ['own'] }, async ({ that }) => {
    const command = await limited.command();
    that(command.namespace('cgroup')).isNot(wall.host.namespace('cgroup').value, 'another one than the host’s');
    that(command.cgroupInside()).is('/');
  });

  check('memory', '--memory limits its memory, and nothing goes to swap instead', { points: 3, needs: ['own'] }, async ({ that, note }) => {
    const command = await limited.command();
    const bytes = memory * MiB;
    note('memory', memoryOf(command));
    that(memoryOf(command)).is(bytes - (bytes % PAGE), `${bytes} bytes, which is ${size}`);
    const swap = tightest('its limit of swap', command, (cgroup) => cgroup.swapMax());
    note('swap', swap);
    // A kernel without swap has no such file anywhere.
    if (wall.cgroup.swapMax().value !== null) that(swap).is(0, '0 bytes');
  });

  check('cpu', '--cpus limits its processor time', { points: 3, needs: ['own'] }, async ({ that, note, until }) => {
    const command = await limited.command();
    const share = cpusOf(command);
    note('cpus', share);
    that(share).satisfies((value) => typeof value === 'number' && Math.abs(value - cpus) < 0.005, String(cpus));
    const throttled = () => {
      const facts = wall.cgroupsOf(command).map((cgroup) => cgroup.cpuStat());
      return derive('the number of periods in which it was stopped', Math.max(...facts.map(({ value }) => value?.['nr_throttled'] ?? 0)), ...facts);
    };
    await limited.write('spin\n');
    that(await until(throttled, (times) => times > 0, 5_000)).satisfies((times) => times > 0, 'at least 1, while it spins');
    await limited.write('calm\n');
  });

  check('pids', '--pids-limit limits its processes, and counts no others', { points: 3, needs: ['own'] }, async ({ that, note, until }) => {
    const command = await limited.command();
    that(tightest('the number of processes it may have', command, (cgroup) => cgroup.pidsMax())).is(pids);
    await limited.write('fork\n');
    that(await until(() => command.argv(), ([name]) => name === done, 5_000)).satisfies(([name]) => name === done, `${done}: it has tried`);
    const events = wall.cgroupsOf(command).map((cgroup) => cgroup.pidsCurrent());
    const family = derive('the number of its processes, it included,', 1 + command.children().length, ...events);
    note('family', family);
    that(family).is(pids, `${pids}, and not one less or more`);
  });

  check('apart', 'A second container has its own limits, and not the first one’s', { points: 2, needs: ['memory'] }, async ({ that, note }) => {
    await wall.file(`${dir}/etc/hostname`, 'small\n');
    await wall.run(['sh', '-c', small, dir]);
    const [first, second] = [await limited.command(), await counted(note, () => neighbor.command())];
    const [one, two] = [memoryOf(first, 'the first command'), memoryOf(second, 'the second command')];
    note('memory', two);
    note('own limits', derive('own limits', [first, second].map((command) => wall.cgroupsOf(command)[0]?.memoryMax().value ?? null), one, two));
    for (const cgroup of wall.cgroupsOf(second).slice(0, 1)) theirs.set(neighbor, cgroup);
    that(second.cgroup()).isNot(first.cgroup().value, 'another one than the first command’s');
    that(one).is(memory * MiB, `still ${memory * MiB}`);
    that(two).is(less * MiB);
    that(cpusOf(second)).satisfies((value) => typeof value !== 'number', 'not limited');
  });

  check('out-of-memory', 'Who takes more memory is killed, and box says so', { points: 2, needs: ['memory'] }, async ({ that }) => {
    const before = killed().value;
    const { exit } = await box.run({ flags: ['--memory', `${less}m`], command: ['perl', await wall.file('greedy.pl', greedy), String(less + 24)] });
    that(exit).is(137, '137: killed by signal 9');
    that(killed()).satisfies((times) => times > before, `more than ${before}, as it was before`);
  });

  check('left', 'No cgroup is left of a container', { points: 2, needs: ['own'] }, async ({ that, note, until }) => {
    const cgroup = theirs.get(limited)!;
    await limited.write(`exit ${status}\n`);
    that((await limited.ended()).exit).is(status);
    const left = await until(() => remains(cgroup), (value) => value === null, 500);
    note('what is left', left);
    that(left).is(null, 'gone');
    that(wall.cgroupsMade()).satisfies((paths) => paths.length <= 2, 'one that all containers share, and one for box itself at most');
  });

  check('end', 'Whatever else is in the cgroup ends with the command', { points: 3, needs: ['apart', 'left'] }, async ({ that, note, until }) => {
    await neighbor.command();
    const cgroup = theirs.get(neighbor)!;
    const path = cgroup.directory.slice(wall.cgroup.directory.length);
    await wall.run(['perl', await wall.file('visitor.pl', visitor), `/sys/fs/cgroup${path}`, token.word(), token.seconds()]);
    const inside = cgroup.processes().value ?? [];
    that(derive('the number of processes in it', inside.length, cgroup.processes())).satisfies((number) => number > 1, 'more than 1, as one has joined');
    await neighbor.signal('SIGKILL');
    const { exit } = await neighbor.ended();
    const living = await until(() => derive('what lives on of those that were in it', inside.filter((pid) => existsSync(`/proc/${pid}`)), cgroup.events()), (alive) => alive.length === 0, 500);
    note('what is left', remains(cgroup));
    note('who is left', living);
    that(living).equals([], 'nobody');
    that(remains(cgroup)).is(null, 'gone');
    that(exit).is(137, '137, as the command was killed');
  });

  check('refused', 'A limit that makes no sense is box’s own failure, and leaves nothing either', { points: 1 }, async ({ that, note }) => {
    const before = wall.cgroupsMade().value;
    const { exit, stderr } = await box.run({ flags: ['--memory', token.word()], command: ['true'] });
    that(exit).is(125);
    that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
    const made = wall.cgroupsMade();
    const left = derive('the list of cgroups that it has left', made.value.filter((path) => !before.includes(path)), made);
    note('left by failure', left);
    that(left).equals([], 'empty');
  });
});
