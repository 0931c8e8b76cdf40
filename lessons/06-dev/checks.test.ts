/** Lesson 06: does a container get devices, a terminal and a look at the kernel, and no more than that? */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { derive, type Fact, lesson, type ProcessView } from '#check';

type File = NonNullable<ReturnType<ProcessView['file']>['value']>;

/** Fills a directory with a small root file system. */
const rootfs = readFileSync(new URL('./fixtures/rootfs.sh', import.meta.url), 'utf8');

/** Devices of memory and of chance, by the numbers under which every Linux has them; and /dev/tty, whoever's terminal that is. */
const devices = { zero: '1:5', full: '1:7', random: '1:8', urandom: '1:9', tty: '5:0' };

/** Where these names of /dev lead. */
const links = { fd: '/proc/self/fd', stdin: '/proc/self/fd/0', stdout: '/proc/self/fd/1', stderr: '/proc/self/fd/2' };

const hidden = [
  '/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug', '/proc/scsi', '/proc/timer_list', '/sys/firmware',
];
const unwritable = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Lines of numbers that a command writes: more than a terminal hands over at once. */
const COUNT = 2000;

lesson('06-dev', ({ box, wall, token, check }) => {
  const top = `${token.pick(['/tmp', '/root', '/fixtures', '/var/lib/box'])}/${token.word()}`;
  const [dir, linked, elsewhere] = [`${top}/image`, `${top}/linked`, `/work/${token.word()}`];
  const [canary, secret] = [token.word(12), { path: `/work/${token.word()}`, content: token.word(24) }];
  const sleeper = box.container({ flags: ['--rootfs', dir], command: ['sleep', token.seconds()] });
  const strayed = box.container({ flags: ['--rootfs', linked], command: ['sleep', token.seconds()] });
  const size = { rows: token.int(20, 60), columns: token.int(70, 200) };
  const shell = box.container({ flags: ['--rootfs', dir, '-i', '-t'], command: ['sh', '-s', token.word()], terminal: size });
  const [behind, inFront, status] = [token.seconds(), token.seconds(), token.int(3, 119)];
  let before: Fact<string[] | null>[];
  let laid = false;

  /** Lays an image whose /dev/null is a link to a file of the host, and another one whose whole /dev leads to a directory there. */
  const lay = async () => {
    if (laid) return;
    const script = await wall.file('rootfs.sh', rootfs);
    await wall.file(`/dev/${canary}`, '');
    await wall.file(secret.path, secret.content);
    await wall.run(['sh', script, dir]);
    await wall.run(['ln', '-s', secret.path, `${dir}/dev/null`]);
    await wall.run(['cp', '-al', dir, linked]);
    await wall.run(['sh', '-c', 'rm -r "$0/dev"; ln -s "$1" "$0/dev"; mkdir "$1"', linked, elsewhere]);
    before = inImage();
    laid = true;
  };
  /** What the host sees in the places of the image where something is mounted in the container. */
  const inImage = () => ['', '/dev', '/proc', '/sys'].map((place) => wall.host.list(dir + place));
  const hosts = (at: string) => wall.host.mountAt(at).value?.device;

  check('null', '/dev/null is the null device', { points: 2 }, async ({ that, note }) => {
    await lay();
    const found = (await sleeper.command()).file('/dev/null');
    note('/dev/null', found);
    that(found).satisfies(isNode('1:3'), 'a character device 1:3');
  });

  check('nodes', 'So are the others what their names say', { points: 1, needs: ['null'] }, async ({ that }) => {
    await lay();
    const command = await sleeper.command();
    for (const [name, numbers] of Object.entries(devices)) {
      that(command.file(`/dev/${name}`)).satisfies((file) => isNode(numbers)(file) && isOpenToAll(file), `a character device ${numbers} that everybody may read and write`);
    }
  });

  check('own', 'The rest of the host’s /dev is not there', { points: 2, needs: ['null'] }, async ({ that, note }) => {
    await lay();
    const [command, dev] = [await sleeper.command(), hosts('/dev')];
    const [names, mount] = [command.list('/dev'), command.mountOf('/dev')];
    note('names in /dev', names);
    note('a name of the host’s', derive('a name of the host’s', canary));
    that(derive('the names in /dev', names.value ?? [], names)).lacks(canary, `without ${canary}, which is on the host only`);
    that(mount).satisfies((it) => it !== null && it.device !== dev, 'a file system of the container’s own');
  });

  check('links', '/dev/fd, stdin, stdout and stderr lead to a process’s own descriptors', { points: 1, needs: ['null'] }, async ({ that, note }) => {
    await lay();
    const command = await sleeper.command();
    for (const [name, end] of Object.entries(links)) {
      const link = command.file(`/dev/${name}`);
      note(`/dev/${name}`, link);
      that(link).satisfies((file) => file?.target !== undefined && endOf(file.target) === end, `a link to ${end}`);
    }
  });

  check('shm', '/dev/shm is memory for everybody in the container, and for nobody else', { points: 1, needs: ['null'] }, async ({ that, note }) => {
    await lay();
    const [command, shm] = [await sleeper.command(), hosts('/dev/shm')];
    const [mount, place] = [command.mountAt('/dev/shm'), command.file('/dev/shm')];
    note('/dev/shm', place);
    that(mount).satisfies((it) => it?.type === 'tmpfs' && it.device !== shm, 'a tmpfs of its own');
    that(place).satisfies((file) => file?.kind === 'directory' && file.mode === 0o1777, 'a directory with mode 1777');
  });

  check('pts', 'New terminals are the container’s own', { points: 2, needs: ['null'] }, async ({ that, note }) => {
    await lay();
    const [command, pts] = [await sleeper.command(), hosts('/dev/pts')];
    that(command.mountAt('/dev/pts')).satisfies((it) => it?.type === 'devpts' && it.device !== pts, 'a devpts, and another one than the host’s');
    const ptmx = command.file('/dev/ptmx', { follow: true });
    note('/dev/ptmx', ptmx);
    that(ptmx).satisfies((file) => isNode('5:2')(file) && isOpenToAll(file) && file?.device !== pts, 'a character device 5:2 that everybody may read and write, and not the host’s');
  });

  check('image', 'The image is as it was, and so is the host', { points: 2, needs: ['null'] }, async ({ that, note }) => {
    await lay();
    await sleeper.command();
    const after = inImage();
    note('names before', derive('names in the image', before.map(({ value }) => value), ...before));
    note('names after', derive('names in the image', after.map(({ value }) => value), ...after));
    for (const [index, now] of after.entries()) that(now).equals(before[index]?.value ?? null, 'what they were before');
    that(wall.host.text(secret.path)).is(secret.content, 'what it was before');
  });

  check('sys', '/sys can be looked at, and no more', { points: 2 }, async ({ that }) => {
    await lay();
    that((await sleeper.command()).mountAt('/sys')).satisfies((mount) => mount?.type === 'sysfs' && mount.options.includes('ro'), 'a sysfs that is mounted read-only');
  });

  check('masked', 'What tells too much of the machine is covered', { points: 3 }, async ({ that, note }) => {
    await lay();
    const command = await sleeper.command();
    for (const place of hidden.filter((it) => wall.host.file(it).value !== null)) {
      const [file, names] = [command.file(place), command.list(place)];
      note('cover', file);
      note('covered', derive('the path', place, file));
      if (file.value?.kind === 'directory') that(names).satisfies((it) => it?.length === 0, 'empty');
      else that(file).satisfies((it) => it === null || isNode('1:3')(it) || (it.kind === 'file' && it.size === 0 && !isOfProc(command, place)), 'the null device');
    }
  });

  check('read-only', 'What changes the machine can be read and not written', { points: 3 }, async ({ that, note }) => {
    await lay();
    const command = await sleeper.command();
    for (const place of unwritable.filter((it) => wall.host.file(it).value !== null)) {
      const mount = command.mountOf(place);
      note('place', derive('the path', place, mount));
      note('lies on', mount);
      that(mount).satisfies((it) => it?.options.includes('ro') === true, `one with the option ro: ${place} can be written`);
    }
  });

  check('linked', 'An image that says /dev is somewhere else is not believed', { points: 1, needs: ['null'] }, async ({ that, note }) => {
    await lay();
    const names = wall.host.list(elsewhere);
    const outcome = await Promise.race([strayed.command(), strayed.ended()]);
    if ('exit' in outcome) that(outcome.exit).is(125);
    else {
      const found = outcome.file('/dev/null', { follow: true });
      note('/dev/null of the linked', found);
      that(found).satisfies(isNode('1:3'), 'a character device 1:3');
    }
    that(wall.host.list(elsewhere)).equals(names.value, 'what they were before');
  });

  check('terminal', 'With -t, standard input, output and error are a terminal of the container’s', { points: 3, needs: ['pts'] }, async ({ that, note }) => {
    await lay();
    const [command, mine] = [await shell.command(), await shell.box()];
    const [own, files] = [command.mountAt('/dev/pts'), [0, 1, 2].map((number) => command.openFile(number))];
    note('files', derive('its three files', files.map(({ value }) => value), ...files));
    note('box’s file', mine.openFile(0));
    note('its devpts', own);
    for (const file of files) that(file).satisfies((it) => isSlave(it) && it?.device === own.value?.device, `a terminal of ${own.value?.device}, the devpts on its /dev/pts`);
    that(derive('which terminals they are', new Set(files.map(({ value }) => value?.node)).size, ...files)).is(1, 'one and the same');
  });

  check('controlling', 'It is the controlling terminal of a session of the command’s own', { points: 2, needs: ['terminal'] }, async ({ that, note }) => {
    const command = await shell.command();
    const [file, session, group] = [command.openFile(0), command.sessions(), command.processGroups()];
    note('session', session);
    note('its controlling terminal', command.terminal());
    that(session).endsWith(1, 'a list that ends with 1: the command leads its session');
    that(command.terminal()).is(file.value?.node ?? null, `${file.value?.node}, which is its standard input`);
    that(command.foregroundGroup()).is(group.value[0] ?? null, `${group.value[0]}, the command’s own`);
  });

  check('size', 'It is as large as the terminal that box was started in', { points: 1, needs: ['terminal'] }, async ({ that, note, until }) => {
    const [command, mine] = [await shell.command(), await shell.box()];
    note('box’s size', mine.windowSize(0));
    const now = await until(() => command.windowSize(0), (value) => value?.rows === size.rows && value.columns === size.columns);
    note('its size', now);
    that(now).equals(size, words(size));
  });

  check('resize', 'And changes when that one changes', { points: 1, needs: ['size'] }, async ({ that, note, until }) => {
    const [command, mine] = [await shell.command(), await shell.box()];
    const other = { rows: size.rows + token.int(1, 20), columns: size.columns - token.int(1, 20) };
    await shell.resize(other);
    const now = await until(() => command.windowSize(0), (value) => value?.rows === other.rows && value.columns === other.columns);
    note('box’s size', mine.windowSize(0));
    note('its size', now);
    that(now).equals(other, words(other));
  });

  check('interrupt', 'Ctrl-C ends what runs in the foreground, and nothing else', { points: 3, needs: ['controlling'] }, async ({ that, note, until }) => {
    const [command, mine] = [await shell.command(), await shell.box()];
    const jobs = () => running(command);
    await shell.write(`/bin/sleep ${behind} &\n/bin/sleep ${inFront}\n`);
    that(await until(jobs, (all) => all.includes(behind) && all.includes(inFront))).satisfies((all) => all.includes(behind) && all.includes(inFront), `sleep ${behind} in the background and sleep ${inFront}`);
    await shell.write('\x03');
    const left = await until(() => (mine.alive() ? jobs() : derive('what the shell runs', [] as string[])), (all) => !all.includes(inFront));
    note('jobs left', left);
    note('box lives', derive('whether box lives', mine.alive(), left));
    that(left).satisfies((all) => !all.includes(inFront), `without sleep ${inFront}`);
    that(left).contains(behind, `sleep ${behind}`);
  });

  check('restored', 'Afterwards box’s own terminal is as it was', { points: 1, needs: ['interrupt'] }, async ({ that, note }) => {
    await shell.write(`exit ${status}\n`);
    const { exit, terminal } = await shell.ended();
    note('left as', terminal);
    that(exit).is(status);
    that(terminal).equals({ echo: true, lines: true, signals: true }, 'with echo, lines and signals');
  });

  check('output', 'What the command writes last arrives, and how it ended', { points: 2 }, async ({ that, note }) => {
    const [last, code] = [token.word(24), token.int(3, 119)];
    const { exit, stdout } = await box.run({ flags: ['-t'], command: ['sh', '-c', `seq ${COUNT}; test -t 1 && echo ${last}; exit ${code}`] });
    const lines = stdout.value.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '');
    const numbers = lines.filter((line) => line !== last);
    note('lines written', derive('how many lines it wrote', COUNT + 1, exit));
    note('lines arrived', derive('how many arrived', lines.length, stdout));
    // The line that was cut in two is a beginning, too.
    note('from the first on', derive('whether they are the first ones', numbers.every((line, at) => `${at + 1}`.startsWith(line)), stdout));
    that(stdout).satisfies((text) => text.trimEnd().endsWith(last), `a text that ends with ${last}`);
    that(exit).is(code);
  });
});

function isNode(numbers: string): (file: File | null) => boolean {
  return (file) => file?.kind === 'character' && file.node === numbers;
}

/** The slave of a pseudo-terminal. */
function isSlave(file: File | null): boolean {
  return file?.kind === 'character' && /^1(3[6-9]|4[0-3]):/.test(file.node ?? '');
}

function isOpenToAll(file: File | null): boolean {
  return file !== null && (file.mode & 0o666) === 0o666;
}

/** Where a link of /dev leads, by its text: absolute, relative, or by way of /dev/fd. */
function endOf(target: string): string {
  return path.posix.resolve('/dev', target).replace(/^\/dev\/fd(?=\/)/, '/proc/self/fd');
}

/** Nothing is mounted on this file: it is the kernel's own. Many of those have a size of 0 and yet much to say. */
function isOfProc(process: ProcessView, place: string): boolean {
  return process.mountOf(place).value?.type === 'proc' || process.mountOf(place).value?.type === 'sysfs';
}

/** What the processes that a shell has started sleep for. */
function running(shell: ProcessView): Fact<string[]> {
  const all = shell.children().flatMap((child) => {
    try {
      return [child.argv()];
    } catch (error) {
      if ((error as Error).name === 'GoneError') return [];
      throw error;
    }
  });
  return derive('what the shell runs', all.flatMap(({ value }) => (value[0] === '/bin/sleep' ? value.slice(1) : [])), ...all);
}

function words({ rows, columns }: { rows: number; columns: number }): string {
  return `${rows} rows and ${columns} columns`;
}
