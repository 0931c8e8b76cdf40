/** Lesson 11: does a signal get where it is meant to, is nobody left a zombie, and is box right about who runs? */
import { derive, fact, type Fact, lesson, type ProcessView } from '#check';

/**
 * Catches signals, and writes each that it gets into its own name, behind the mark $0. On TERM it ends with the status $1, after $2 seconds;
 * if those are "never", it does not. And it ends when there is a file $3, if that was given.
 */
const catcher = `my ($mark, $status, $seconds, $end) = @ARGV;
for my $signal (qw(HUP INT QUIT USR1 USR2 TERM)) {
  $SIG{$signal} = sub { push @got, $signal; $0 = "$mark @got"; $leave = time + $seconds if $signal eq "TERM" && $seconds ne "never" };
}
until ($leave && time >= $leave || $end && -e $end) { select undef, undef, undef, 0.1 }
exit $status;`;

/**
 * On USR2 it leaves $1 orphans: children of children that end. On HUP all but one of them die at the same moment. Other signals
 * do to it what they do to everybody.
 */
const orphanage = `my ($mark, $count) = @ARGV;
sub orphan {
  pipe my $hear, my $tell;
  my $child = fork;
  if (!$child) {
    my $orphan = fork;
    if (!$orphan) { $SIG{USR2} = $SIG{HUP} = "DEFAULT"; $0 = "$mark orphan"; sleep 1 while 1 }
    syswrite $tell, $orphan;
    exit;
  }
  waitpid $child, 0;
  sysread $hear, my $pid, 16;
  push @orphans, $pid;
}
$SIG{USR2} = sub { orphan() for 1 .. $count; $0 = "$mark all there" };
$SIG{HUP} = sub { kill "KILL", @orphans[1 .. $#orphans]; $0 = "$mark all but one" };
select undef, undef, undef, 0.1 while 1;`;

/** A window: a session with a terminal of its own, in which one command is run. It is closed when there is a file $0. */
const window = `use POSIX ();
my ($closed, @command) = @ARGV;
open my $master, "+<", "/dev/ptmx" or die "/dev/ptmx: $!";
my ($unlocked, $number) = (pack("i", 0), pack("i", 0));
ioctl $master, 0x40045431, $unlocked or die "TIOCSPTLCK: $!";
ioctl $master, 0x80045430, $number or die "TIOCGPTN: $!";
if (!fork) {
  POSIX::setsid();
  open STDIN, "+<", "/dev/pts/" . unpack "i", $number or die;
  open STDOUT, ">&STDIN";
  open STDERR, ">&STDIN";
  close $master;
  system @command;
  select undef, undef, undef, 0.05 until -e $closed;
  exit;
}
1 while sysread $master, my $shown, 4096;
wait;`;

lesson('11-init', ({ box, wall, token, check }) => {
  const [mark, patience, stubbornness, homely, family] = Array.from({ length: 5 }, () => token.word(5)) as [string, string, string, string, string];
  const [name, slow, deaf, lost] = Array.from({ length: 4 }, () => token.word(10)) as [string, string, string, string];
  const [status, later, own, orphans] = [token.int(3, 119), token.int(3, 119), token.int(3, 119), token.int(6, 12)];
  const host = ['--network', 'host'];
  const perl = (file: string, ...words: (string | number)[]) => ['perl', `/fixtures/${file}.pl`, ...words.map(String)];
  const listener = box.container({ flags: ['--name', name, ...host], command: perl('catcher', mark, status, 0), terminal: { rows: 24, columns: 80 } });
  const patient = box.container({ flags: ['-d', '--name', slow, ...host], command: perl('catcher', patience, later, 2) });
  const stubborn = box.container({ flags: ['-d', '--name', deaf, ...host], command: perl('catcher', stubbornness, 1, 'never') });
  const nameless = box.container({ flags: ['-d', ...host], command: ['sleep', token.seconds()] });
  const home = box.container({ flags: ['--init', ...host], command: perl('orphanage', family, orphans), timeLimit: 6_000 });
  const widowed = box.container({ flags: ['--name', lost, ...host], command: ['sleep', token.seconds()] });

  const lay = async () => {
    await wall.file('catcher.pl', catcher);
    await wall.file('orphanage.pl', orphanage);
  };
  /** What `box ps` says, a line each, in its fields. */
  const ps = async (...flags: string[]) => {
    const { exit, stdout } = await box.call(['ps', ...flags]);
    const lines = stdout.value.split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
    return { exit, lines: derive(`what box ps${flags.map((flag) => ` ${flag}`).join('')} lists`, lines, stdout) };
  };
  /** The fields of a container's line; null where it has none. */
  const lineOf = ({ lines }: Awaited<ReturnType<typeof ps>>, of: string) => derive(`the line for ${of} in ${lines.name}`, lines.value.find(([first]) => first === of) ?? null, lines);
  const statusOf = (listed: Awaited<ReturnType<typeof ps>>, of: string) => {
    const line = lineOf(listed, of);
    return derive(`the status of ${of}`, line.value?.[2] ?? null, line);
  };

  check('forward', 'A signal to box gets to the command', { points: 3 }, async ({ that, note, until }) => {
    await lay();
    const command = await listener.command();
    await until(() => got(command, mark), (value) => value !== null, 5_000);
    for (const signal of ['SIGUSR2', token.pick(['SIGHUP', 'SIGUSR1'] as const)] as const) {
      note('what box catches', (await listener.box()).signals());
      await listener.signal(signal, 'box');
      const received = await until(() => got(command, mark), (value) => value?.includes(signal.slice(3)) === true);
      // Where it has gone, box goes, too, and how it does is what the rules want to know.
      if (!command.alive()) await listener.ended();
      note('received', received);
      that(received).satisfies((value) => value?.includes(signal.slice(3)) === true, `a list with ${signal.slice(3)}`);
    }
  });

  check('ctrl-c', 'Ctrl-C gets to it once', { points: 1, needs: ['forward'] }, async ({ that, note, until }) => {
    const command = await listener.command();
    const count = () => derive('the number of its SIGINTs', got(command, mark).value?.filter((signal) => signal === 'INT').length ?? 0, got(command, mark));
    const times = 3;
    for (let typed = 1; typed <= times; typed++) {
      // Two INTs that wait at the same time are one, for box as for the command, and whoever is not scheduled meanwhile sees but
      // one. So the last time box waits until the command has seen what the terminal has sent it, and nothing comes behind.
      const last = typed === times;
      if (last) await listener.signal('SIGSTOP', 'box');
      await listener.write('\x03');
      if (last) {
        await until(count, (value) => value >= typed, 300);
        await listener.signal('SIGCONT', 'box');
      }
      await until(count, (value) => value >= typed);
    }
    const interrupts = await until(count, (value) => value > times, 300);
    note('interrupts', interrupts);
    note('group of box', (await listener.box()).processGroups());
    note('group of the command', command.processGroups());
    that(interrupts).is(times, `${times}, for ${times} times Ctrl-C`);
  });

  check('ps', '`box ps` lists it, with its pid, its status and its command', { points: 2 }, async ({ that, note }) => {
    await lay();
    const command = await listener.command();
    const listed = await ps();
    const line = lineOf(listed, name);
    const pids = command.pids();
    note('listed', line);
    note('pid', derive('pid', pids.value[wall.host.pids().value.length - 1], pids));
    note('pid of box', derive('pid of box', (await listener.box()).pids().value[wall.host.pids().value.length - 1], pids));
    that(line).satisfies((fields) => fields !== null && fields.length >= 4, 'a line: name, pid, status and command, with tabs between them');
    that(derive('its second field', line.value?.[1] ?? '', line)).is(String(pids.value[wall.host.pids().value.length - 1]), `${pids.value[wall.host.pids().value.length - 1]}, the pid of the command as the host counts`);
    that(derive('its third field', line.value?.[2] ?? '', line)).satisfies((field) => field !== '' && !/exited/.test(field), 'a status, and not that of one that has ended');
    that(derive('its fourth field', line.value?.[3] ?? '', line)).satisfies((field) => field.includes(mark), `the command, with ${mark} in it`);
  });

  check('kill-signal', '`box kill -s` sends the signal that one names', { points: 2, needs: ['ps'] }, async ({ that, until }) => {
    const command = await listener.command();
    await until(() => got(command, mark), (value) => value !== null, 5_000);
    const before = got(command, mark).value?.length ?? 0;
    const [named, numbered] = [token.pick(['QUIT', 'SIGQUIT']), '10'];
    for (const [index, word] of [named, numbered].entries()) {
      that((await box.call(['kill', '-s', word, name])).exit).is(0);
      const received = await until(() => got(command, mark), (value) => (value?.length ?? 0) > before + index);
      that(received).satisfies((value) => value?.at(-1) === ['QUIT', 'USR1'][index], `a list that ends with ${['QUIT', 'USR1'][index]}`);
    }
  });

  check('ends', 'TERM lets the command end in its own way, and box ends as it did', { points: 3, needs: ['forward', 'kill-signal'] }, async ({ that, note }) => {
    const [cgroup] = wall.cgroupsOf(await listener.command());
    await listener.signal('SIGTERM', 'box');
    that((await listener.ended()).exit).is(status, `${status}, with which the command ends on TERM`);
    if (cgroup !== undefined) that(derive('whether its cgroup is still there', cgroup.exists(), cgroup.events())).is(false);
    const [all, running] = [await ps('-a'), await ps()];
    note('listed', lineOf(all, name));
    that(statusOf(all, name)).is(`exited ${status}`);
    that(lineOf(running, name)).is(null, 'none: it has ended');
  });

  check('detach', 'With -d box is back when the container runs, and has printed its name', { points: 3 }, async ({ that }) => {
    await lay();
    const command = await patient.command();
    const { exit, stdout } = await patient.ended();
    that(exit).is(0);
    that(derive('what box has printed', stdout.value.trim(), stdout)).is(slow);
    that(derive('whether the command runs', command.alive(), exit)).is(true);
  });

  check('alone', 'The terminal that it came from is no longer its own', { points: 2, needs: ['detach'] }, async ({ that, note, until }) => {
    const command = await patient.command();
    await until(() => got(command, patience), (value) => value !== null, 5_000);
    const released = await until(() => patient.released(), (value) => value);
    note('released', released);
    that(released).is(true);
    // When somebody closes a window, who is in front there is told, and may pass it on.
    const catches = perl('catcher', homely, 1, 'never', `/fixtures/${homely}.end`);
    const started = await wall.start(['perl', await wall.file('window.pl', window), `/fixtures/${homely}`, 'box', 'run', '-d', '--rm', '--name', homely, ...host, '--', ...catches], catches, 'the command from the window');
    await until(() => got(started.process, homely), (value) => value !== null, 5_000);
    that(started.process.terminal()).is(null, 'none');
    await wall.file(homely, '');
    const received = await until(() => got(started.process, homely), (value) => value?.includes('HUP') === true, 1_500);
    await wall.file(`${homely}.end`, '');
    await until(() => derive('whether it lives', started.process.alive(), received), (alive) => !alive, 2_000);
    note('what it has got', received);
    that(received).equals([], 'empty: that the terminal went away is not its business');
  });

  check('stop', '`box stop` asks, and is back as soon as the command has ended', { points: 3, needs: ['detach', 'ps'] }, async ({ that, note, until }) => {
    const command = await patient.command();
    await until(() => got(command, patience), (value) => value !== null, 5_000);
    const runs = () => derive('whether the command runs', command.alive(), patient.began());
    const stopping = box.call(['stop', '-t', '60', slow]).then(({ exit }) => ({ exit, after: runs() }));
    stopping.catch(() => {});
    note('ended', await until(runs, (alive) => !alive, 6_000));
    const { exit, after } = await stopping;
    note('ran on', after);
    that(exit).is(0);
    that(after).is(false, 'no, when box stop is back');
    const ended = await until(async () => statusOf(await ps('-a'), slow), (value) => value === `exited ${later}`);
    note('status', ended);
    that(ended).is(`exited ${later}`);
  });

  check('removed', 'Then it can be removed at once', { points: 1, needs: ['stop'] }, async ({ that }) => {
    await patient.command();
    that((await box.call(['rm', slow])).exit).is(0);
    that(lineOf(await ps('-a'), slow)).is(null, 'none: it has been removed');
    that((await box.call(['stop', slow])).exit).isNot(0, 'anything but 0: there is no such container');
  });

  check('grace', 'Who does not end is killed when the time is over, and not before', { points: 3, needs: ['stop'] }, async ({ that, note, until }) => {
    const command = await stubborn.command();
    await until(() => got(command, stubbornness), (value) => value !== null, 5_000);
    const seconds = 3;
    const stopping = box.call(['stop', '-t', String(seconds), deaf], { timeLimit: 20_000 });
    stopping.catch(() => {});
    const asked = await until(() => got(command, stubbornness), (value) => value === null || value.length > 0, 8_000);
    const from = performance.now();
    note('what it has got', asked);
    that(asked).equals(['TERM'], 'TERM first');
    note('outlived', await until(() => derive('alive', command.alive(), asked), (alive) => !alive, 6_500));
    const lived = derive('the number of seconds that it lived on', Math.round((performance.now() - from) / 100) / 10, asked);
    note('lived on', lived);
    that(lived).satisfies((value) => value > seconds / 2 && value < 9, `about ${seconds}, as -t says`);
    that((await stopping).exit).is(0);
    that(await until(async () => statusOf(await ps('-a'), deaf), (value) => value === 'exited 137')).is('exited 137');
  });

  check('kill', '`box kill` ends one at once, and without a name nothing is left of it', { points: 3, needs: ['detach', 'ps'] }, async ({ that, note, until }) => {
    const command = await nameless.command();
    const { stdout } = await nameless.ended();
    const printed = stdout.value.trim();
    that(lineOf(await ps(), printed)).satisfies((line) => line !== null, 'there, since it runs');
    const cgroups = wall.cgroupsOf(command);
    that((await box.call(['kill', printed])).exit).is(0);
    const lives = await until(() => derive('whether the command runs', command.alive(), stdout), (alive) => !alive);
    note('lives', lives);
    that(lives).is(false);
    const left = await until(async () => {
      const [listed, files] = [await ps('-a'), await wall.run(['find', '/var/lib/box', '/run/box', '-name', `*${printed}*`])];
      const own = cgroups[0]?.exists() === true ? [cgroups[0].directory] : [];
      return derive('what is left of it', [...listed.lines.value.filter(([first]) => first === printed).map((line) => line.join(' ')), ...files.stdout.value.split('\n').filter((line) => line !== ''), ...own], listed.lines);
    }, (value) => value.length === 0, 4_000);
    note('what is left', left);
    that(left).equals([], 'nothing');
  });

  check('not-started', 'With -d, too, box says when there is nothing to run', { points: 1, needs: ['detach'] }, async ({ that }) => {
    const { exit, stderr } = await box.run({ flags: ['-d', ...host], command: [token.word(12)] });
    that(exit).is(127);
    that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
  });

  check('truth', 'Where box itself is killed, `box ps` still knows who runs', { points: 2, needs: ['ps'] }, async ({ that, note, until }) => {
    const command = await widowed.command();
    await widowed.signal('SIGKILL', 'box');
    await widowed.ended();
    await until(() => derive('alive', command.alive(), widowed.began()), (alive) => !alive, 1_000);
    const both = await until(async () => {
      const line = lineOf(await ps(), lost);
      return derive('whether it runs, and whether box ps says so', [command.alive(), line.value !== null], line);
    }, ([alive, listed]) => alive === listed, 500);
    note('truth', both);
    that(both).satisfies(([alive, listed]) => alive === listed, 'both, or neither');
    if (command.alive()) that((await box.call(['kill', lost])).exit).is(0);
    that(await until(() => derive('whether it runs', command.alive(), both), (alive) => !alive)).is(false, 'no, or not any more when it has been killed by its name');
  });

  check('init', 'With --init, process 1 is somebody else, and the command is below it', { points: 2 }, async ({ that, note }) => {
    await lay();
    const command = await home.command();
    const first = firstOf(command);
    note('first', derive('first', first?.pid ?? null, command.pids()));
    that(command.pids()).satisfies((pids) => pids.length > wall.host.pids().value.length && pids.at(-1) !== 1, 'a list that does not end with 1, in a pid namespace of its own');
    that(command.namespace('pid')).isNot(wall.host.namespace('pid').value, 'another one than the host’s');
  });

  check('init-forward', 'A signal to box gets to the command all the same', { points: 3, needs: ['init', 'forward'] }, async ({ that, note, until }) => {
    const command = await home.command();
    await until(() => got(command, family), (value) => value !== null, 5_000);
    const first = firstOf(command);
    if (first !== undefined) note('signals of process 1', first.signals());
    await home.signal('SIGUSR2', 'box');
    const received = await until(() => got(command, family), (value) => value?.join(' ') === 'all there', 5_000);
    note('received', received);
    that(derive('what the command says', received.value?.join(' ') ?? '', received)).is('all there', '“all there”, as it does on USR2');
  });

  check('reaps', 'Process 1 lets no orphan become a zombie', { points: 3, needs: ['init-forward'] }, async ({ that, note, until }) => {
    const command = await home.command();
    const left = () => command.companions().filter((process) => present(() => process.argv())[0]?.value.join(' ').trim() === `${family} orphan`);
    that(derive('the number of orphans', left().length, command.pids())).is(orphans);
    const parent = left().flatMap((orphan) => present(() => orphan.parent().value))[0];
    const guardian = command.companions().find(({ pid }) => pid === parent);
    // Whoever has adopted them sleeps while they die, and so finds all of them at once.
    signal(guardian, 'SIGSTOP');
    try {
      await home.signal('SIGHUP');
      await until(() => derive('alive', left().length, command.pids()), (alive) => alive <= 1, 5_000);
    } finally {
      signal(guardian, 'SIGCONT');
    }
    note('died', derive('died', orphans - 1, command.pids()));
    const dead = await until(() => zombiesOf(command), ({ length }) => length === 0, 3_000);
    note('zombies', dead);
    that(dead).equals([], 'empty');
  });

  check('init-ends', 'When the command ends, so do process 1 and everybody else', { points: 3, needs: ['reaps'] }, async ({ that, note, until }) => {
    const command = await home.command();
    const all = command.companions();
    await home.signal('SIGTERM', 'box');
    const runs = await until(() => derive('whether the command runs', command.alive(), home.began()), (alive) => !alive, 3_000);
    note('runs on', runs);
    that(runs).is(false);
    that((await home.ended()).exit).is(128 + 15, '143: 128 and SIGTERM’s 15');
    that(await until(() => derive('the number of its processes that run on', all.filter((process) => process.alive()).length, home.began()), (left) => left === 0)).is(0);
  });

  check('init-status', 'And box ends as the command does', { points: 2, needs: ['init'] }, async ({ that }) => {
    that((await box.run({ flags: ['--init', ...host], command: ['sh', '-c', `exit ${own}`], timeLimit: 6_000 })).exit).is(own);
    const { exit, stderr } = await box.run({ flags: ['--init', ...host], command: [token.word(12)] });
    that(exit).is(127);
    that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
  });
});

/** What a process says behind its mark, in words: none as long as it has got no signal; null where it does not catch any yet, or has gone. */
function got(command: ProcessView, mark: string): Fact<string[] | null> {
  const name = 'the list of signals that the command has got';
  const [read] = present(() => ({ argv: command.argv(), signals: command.signals() }));
  if (read === undefined) return fact(name, null, `/proc/${command.pid}`, ['gone']);
  const [first = '', ...words] = (read.argv.value[0] ?? '').trim().split(' ');
  return derive(name, first === mark ? words : read.signals.value.caught.includes('SIGUSR2') ? [] : null, read.argv);
}

/** The first process of a process's pid namespace. */
function firstOf(command: ProcessView): ProcessView | undefined {
  return command.companions().find((process) => present(() => process.pids())[0]?.value.at(-1) === 1);
}

/** What can be read of a process, unless it goes meanwhile. */
function present<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch {
    return [];
  }
}

function signal(to: ProcessView | undefined, name: NodeJS.Signals): void {
  if (to?.alive() === true) process.kill(to.pid, name);
}

function zombiesOf(command: ProcessView): Fact<string[]> {
  const dead = command.companions().flatMap((process) => present(() => process.status())).filter(({ value }) => value.state === 'Z');
  return derive('the list of zombies in its pid namespace', dead.map(({ value }) => `${value.name}, process ${value.pids.at(-1)}`), ...dead);
}
