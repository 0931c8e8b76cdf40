/** Lesson 12: is a command that joins a container in all of it, with nothing of the host's about it, and gone with it? */
import { derive, type Fact, lesson, type ProcessView } from '#check';

/** The namespaces that have a name besides files and processes. */
const others = ['uts', 'ipc', 'net', 'cgroup', 'user'] as const;

/** A root file system of busybox alone, with a program in it that no host has and that ends with the status $2, and a file that is none. */
const image = 'mkdir -p "$0" && cd "$0" && mkdir bin dev proc sys tmp && cp /bin/busybox bin && bin/busybox --install bin && printf "#!/bin/sh\\nexit $2\\n" > "bin/$1" && chmod 755 "bin/$1" && echo plain > tmp/plain';

/** Starts a process under a pid that somebody else had before: clone3(2) with set_tid. */
const stranger = `my ($pid, $seconds) = @ARGV; my $tid = pack 'i', $pid;
my $made = syscall 435, my $args = pack('Q8 P Q', 0, 0, 0, 0, 17, 0, 0, 0, $tid, 1), 80;
exit($made > 0 ? 0 : 1) if $made;
open STDIN, '<', '/dev/null'; open $_, '>', '/dev/null' for *STDOUT, *STDERR; exec 'sleep', $seconds;
`;

lesson('12-exec', ({ box, wall, token, check }) => {
  const dir = `${token.pick(['/tmp', '/root', '/fixtures', '/var/lib/box'])}/${token.word()}`;
  const [name, program, hosts] = [token.word(12), token.word(12), token.word(12)];
  const [red, green, blue, words] = [token.word(), token.word(), token.word(), token.word(24)];
  const [status, own] = [token.int(3, 119), token.int(3, 119)];
  const size = { rows: token.int(20, 60), columns: token.int(70, 200) };
  const first = box.container({
    flags: ['--name', name, '--hostname', token.word(), '--network', 'none', '--memory', '48m', '--pids-limit', '40', '-e', `KEPT=${red}`, '-e', `CHANGED=${green}`, '--rootfs', dir],
    command: ['sleep', token.seconds()],
  });
  // Has a child at once, and then waits.
  const joined = box.exec(name, { flags: ['-e', `CHANGED=${blue}`], command: ['sh', '-c', 'sleep "$0" & read line', token.seconds()] });
  const shell = box.exec(name, { flags: ['-i', '-t'], command: ['sh', '-s', token.word()], terminal: size });
  const [behind, inFront] = [token.seconds(), token.seconds()];
  let laid = false;

  /** The container's first process, and the one that has joined. Before that, the image. */
  const both = async (): Promise<[ProcessView, ProcessView]> => {
    if (!laid) await wall.run(['sh', '-c', image, dir, program, String(own)]);
    laid = true;
    const one = await first.command();
    return [one, await joined.command()];
  };
  /** `box exec` of a command in the container, to its end. */
  const run = async (command: string[], input?: string) => {
    await both();
    return await box.call(['exec', name, '--', ...command], input === undefined ? {} : { input });
  };

  check('starts', 'In a container that runs, box starts another command', { points: 1 }, async ({ that }) => {
    const [, two] = await both();
    that(two.argv()).equals([...joined.argv]);
  });

  check('processes', 'The command is in the container’s pid namespace', { points: 2, needs: ['starts'] }, async ({ that }) => {
    const [one, two] = await both();
    that(two.namespace('pid')).is(one.namespace('pid').value, 'that of the container');
  });

  check('files', 'And in its mount namespace', { points: 2, needs: ['starts'] }, async ({ that }) => {
    const [one, two] = await both();
    that(two.namespace('mnt')).is(one.namespace('mnt').value, 'that of the container');
  });

  check('root', 'The container’s root is its root, and there it starts', { points: 2, needs: ['files'] }, async ({ that, note }) => {
    const [one, two] = await both();
    const [top, its, here] = [place('the container’s root directory', one, '/'), place('the root directory of the new command', two, '/'), place('its working directory', two, '.')];
    note('same root', derive('whether they have the same root', its.value === top.value, its, top));
    that(its).is(top.value, `that of the container, ${top.value}`);
    that(here).is(top.value, `the root of the container, ${top.value}`);
  });

  check('namespaces', 'And in all its other namespaces', { points: 3, needs: ['starts'] }, async ({ that, note }) => {
    const [one, two] = await both();
    const missing = others.filter((kind) => two.namespace(kind).value !== one.namespace(kind).value);
    note('not joined', derive('what is not joined', missing, ...missing.map((kind) => two.namespace(kind))));
    for (const kind of others) that(two.namespace(kind)).is(one.namespace(kind).value, 'that of the container');
  });

  check('cgroup', 'It is in the container’s cgroup, and box is not', { points: 3, needs: ['starts'] }, async ({ that, note, until }) => {
    const [one, two] = await both();
    const home = one.cgroup().value;
    note('the container’s cgroup', one.cgroup());
    that(await until(() => two.cgroup(), (path) => inside(path, home))).satisfies((path) => inside(path, home), `${home}, as the container`);
    that((await joined.box()).cgroup()).satisfies((path) => !inside(path, home), `outside of ${home}`);
  });

  check('at-once', 'So is what it starts, and be it at once', { points: 2, needs: ['cgroup'] }, async ({ that, note, until }) => {
    const [one, two] = await both();
    const home = one.cgroup().value;
    const children = await until(() => derive('children', two.children().map((child) => child.cgroup())), (all) => all.length > 0);
    const where = derive('the list of cgroups of its children', children.value.map(({ value }) => value), ...children.value);
    note('where its children are', where);
    that(where).satisfies((paths) => paths.length > 0 && paths.every((path) => inside(path, home)), `${home}, as the container`);
  });

  check('descriptors', 'Nothing is open in it but 0, 1 and 2', { points: 2, needs: ['starts'] }, async ({ that }) => {
    const [, two] = await both();
    const open = two.descriptors();
    that(derive('the command’s open descriptors', Object.keys(open.value).map(Number), open)).equals([0, 1, 2]);
  });

  check('environment', 'It has the variables of the container, and those of its own', { points: 1, needs: ['starts'] }, async ({ that, note }) => {
    const [, two] = await both();
    const all = two.environment();
    const [kept, changed] = ['KEPT', 'CHANGED'].map((key) => derive(`its variable ${key}`, all.value[key] ?? null, all)) as [Fact<string | null>, Fact<string | null>];
    note('variables', derive('variables', [kept.value, changed.value], all));
    that(kept).is(red, `${red}, which \`box run\` was given`);
    that(changed).is(blue, `${blue}, which \`box exec\` was given, and not ${green}, which \`box run\` was`);
  });

  check('status', 'box ends as the command ended, and the container goes on', { points: 2, needs: ['starts'] }, async ({ that, note }) => {
    const { exit } = await run(['sh', '-c', `exit ${status}`]);
    const lives = derive('whether the container still runs', (await both())[0].alive());
    note('the container lives', lives);
    that(lives).is(true);
    that(exit).is(status);
    const killed = (await run(['sh', '-c', 'kill -KILL $$'])).exit;
    note('killed', killed);
    that(killed).is(137, '137: killed by signal 9');
  });

  check('found', 'It is looked for in the container', { points: 2, needs: ['root'] }, async ({ that, note }) => {
    await wall.file(`/work/bin/${hosts}`, '#!/bin/sh\n', 0o755);
    const [there, here] = [(await run([program])).exit, (await run([hosts])).exit];
    note('there', there);
    that(there).is(own, `${own}, as ${program} ends, which only the container has`);
    that(here).is(127, `127: only the host has ${hosts}`);
    that((await run(['/tmp/plain'])).exit).is(126, '126: /tmp/plain is not executable');
  });

  check('stdio', 'Standard input, output and error are the command’s', { points: 1, needs: ['starts'] }, async ({ that }) => {
    const { stdout, stderr } = await run(['sh', '-c', 'cat; echo "$0" >&2', red], words);
    that(stdout).is(words);
    that(stderr).is(`${red}\n`);
  });

  check('terminal', 'With -t, it has a terminal of the container’s', { points: 2, needs: ['files'] }, async ({ that, note }) => {
    await both();
    const [command, mine] = [await shell.command(), await shell.box()];
    const [pts, files] = [command.mountAt('/dev/pts'), [0, 1, 2].map((number) => command.openFile(number))];
    note('its file', files[0]!);
    note('box’s file', mine.openFile(0));
    note('its devpts', pts);
    for (const file of files) that(file).satisfies((it) => it?.kind === 'character' && it.device === pts.value?.device, `a terminal of ${pts.value?.device}, the devpts on its /dev/pts`);
    that(command.terminal()).is(files[0]?.value?.node ?? null, `${files[0]?.value?.node}, which is its standard input`);
  });

  check('interrupt', 'Ctrl-C ends what runs in front there, and not the shell', { points: 2, needs: ['terminal'] }, async ({ that, note, until }) => {
    const command = await shell.command();
    const now = await until(() => command.windowSize(0), (it) => it?.rows === size.rows && it.columns === size.columns);
    that(now).equals(size, `${size.rows} rows and ${size.columns} columns, as box’s own`);
    await shell.write(`/bin/sleep ${behind} &\n/bin/sleep ${inFront}\n`);
    that(await until(() => running(command), (all) => all.includes(behind) && all.includes(inFront))).satisfies((all) => all.includes(behind) && all.includes(inFront), `sleep ${behind} in the background and sleep ${inFront}`);
    await shell.write('\x03');
    const left = await until(() => running(command), (all) => !all.includes(inFront));
    note('shell lives', derive('whether the shell lives', command.alive(), left));
    that(left).satisfies((all) => !all.includes(inFront), `without sleep ${inFront}`);
    that(left).contains(behind, `sleep ${behind}`);
    await shell.write('exit 7\n');
    that((await shell.ended()).exit).is(7);
  });

  check('refused', 'Where nothing runs, box says so', { points: 2, needs: ['starts'] }, async ({ that, note }) => {
    const gone = token.word(12);
    await box.run({ flags: ['--name', gone, '--network', 'none'], command: ['true'] });
    for (const [who, what] of [[token.word(12), 'no container has this name'], [gone, 'this container has ended']] as const) {
      const { exit, stderr } = await box.call(['exec', who, '--', 'true']);
      note('exit', exit);
      note('what', derive('what', what, exit));
      that(exit).is(125, `125: ${what}`);
      that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
    }
  });

  check('stranger', 'A number that was the container’s and is another’s now is not taken for it', { points: 2, needs: ['starts'] }, async ({ that, note, until }) => {
    const [lost, seconds] = [token.word(12), token.seconds()];
    const last = box.container({ flags: ['--name', lost, '--network', 'none'], command: ['sleep', token.seconds()] });
    const pid = (await last.command()).pids().value.at(-2)!;
    // Nobody is left to write down that it has ended.
    await last.signal('SIGKILL', 'box');
    await last.signal('SIGKILL');
    await last.end();
    const script = await wall.file('stranger.pl', stranger);
    const made = await until(async () => (await wall.run(['perl', script, String(pid), seconds])).exit, (code) => code === 0);
    if (made.value !== 0) throw new Error(`clone3 with set_tid ${pid}: ${made.value}`);
    try {
      const { exit } = await box.call(['exec', lost, '--', 'true']);
      note('exit', exit);
      that(exit).is(125, `125: process ${pid}, which was the container’s, is \`sleep ${seconds}\` of the host now`);
    } finally {
      await wall.run(['kill', '-KILL', String(pid)]);
    }
  });

  check('end', 'When the container ends, so does what has joined it', { points: 3, needs: ['processes', 'cgroup'] }, async ({ that, note, until }) => {
    const [one, two] = await both();
    const [cgroup] = wall.cgroupsOf(one);
    await first.signal('SIGKILL');
    const { exit } = await joined.ended();
    note('exit', exit);
    that(exit).is(137, '137, as the kernel killed the command');
    that(derive('whether the command still runs', two.alive(), exit)).is(false);
    that((await first.ended()).exit).is(137, '137, as the command was killed');
    const left = await until(() => derive('whether its cgroup is there', cgroup?.exists() ?? false, exit), (there) => !there, 1_000);
    that(left).is(false);
  });
});

/** Whether the first path of a cgroup is the second, or lies below it. */
function inside(path: string, home: string): boolean {
  return `${path}/`.startsWith(`${home}/`);
}

/** Which directory it is, whatever its name: on which file system, and there which inode. */
function place(name: string, process: ProcessView, path: string): Fact<string> {
  const file = process.file(path);
  return derive(name, file.value === null ? 'nowhere' : `inode ${file.value.inode} of ${file.value.device}`, file);
}

/** What the processes that a shell has started sleep for. */
function running(shell: ProcessView): Fact<string[]> {
  const all = shell.alive() ? shell.children().flatMap((child) => {
    try {
      return [child.argv()];
    } catch (error) {
      if ((error as Error).name === 'GoneError') return [];
      throw error;
    }
  }) : [];
  return derive('what the shell runs', all.flatMap(({ value }) => (value[0] === '/bin/sleep' ? value.slice(1) : [])), ...all);
}
