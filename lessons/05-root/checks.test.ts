/** Lesson 05: is the given directory the container's root, and is there no way back to the host's? */
import { readFileSync } from 'node:fs';
import { derive, type Fact, lesson, narrow, type ProcessView } from '#check';

/** A mount as mountinfo has it. */
type Mount = ReturnType<ProcessView['mounts']>['value'][number];

/** Fills a directory with a small root file system. */
const rootfs = readFileSync(new URL('./fixtures/rootfs.sh', import.meta.url), 'utf8');

/** Numbers of umount2(2) and setns(2), for which perl has no functions. */
const [umount2, setns] = process.arch === 'arm64' ? [39, 268] : [166, 308];

/**
 * What root can do to get out. It waits for a line, then tries the lesson's own way and, if the file $ARGV[0] of the host is
 * not in view, to uncover what lies below the root mount. Then it takes the name $ARGV[1] and stays.
 */
const escape = `<STDIN>; mkdir "x"; chroot "x"; chdir ".." for 1..64; chroot ".";
unless (-e $ARGV[0]) { open N, "<", "/proc/self/ns/mnt"; my $top = "/"; syscall(${umount2}, $top, 2); syscall(${setns}, fileno N, 0x20000) }
$0 = $ARGV[1]; sleep 9 while 1;
`;

lesson('05-root', ({ box, wall, token, check }) => {
  const dir = `${token.pick(['/tmp', '/root', '/fixtures', '/var/lib/box'])}/${token.word()}`;
  const flags = ['--rootfs', dir];
  const mark = { path: `/${token.word()}`, content: token.word(24) };
  const [program, attempt, hosts, canary, done] = [token.word(12), `/${token.word()}`, token.word(12), `/work/${token.word()}`, token.word(12)];
  const sleeper = box.container({ flags, command: ['sleep', token.seconds()] });
  const prisoner = box.container({ flags, command: [program, attempt, canary, done] });
  let before: Fact<Mount[]>;
  let names: Fact<string[] | null>;

  /** Lays the root file system, where it is not there yet. */
  const lay = async () => {
    const script = await wall.file('rootfs.sh', rootfs);
    await wall.run(['sh', script, dir]);
    await wall.file(dir + mark.path, mark.content);
    await wall.file(dir + attempt, escape);
  };
  /** Where the host's root file system is mounted in the command's namespace, whether or not a path leads there. */
  const oldRoots = async () => {
    const [mounts, root] = [(await sleeper.command()).namespaceMounts(), wall.host.mountAt('/').value];
    const old = mounts.value.filter((mount) => root !== null && mount.device === root.device && mount.root === root.root);
    const lines = old.map((mount) => mount.line);
    return narrow('the list of mounts of the host’s root file system, in the container’s mount namespace', old.map((mount) => mount.mountPoint), mounts, (line) => lines.includes(line));
  };

  check('root', 'The directory is the root of the command', { points: 2 }, async ({ that }) => {
    await lay();
    [before, names] = [wall.host.mounts(), wall.host.list(dir)];
    const command = await sleeper.command();
    that(command.text(mark.path)).is(mark.content, `that of ${dir}${mark.path}`);
  });

  check('cwd', 'It starts in that root', { points: 1, needs: ['root'] }, async ({ that, note }) => {
    await lay();
    const command = await sleeper.command();
    that(command.cwd()).is(command.root().value, 'its root directory');
    // A directory that has lost its name may call itself / as well.
    const [here, top] = [command.file('.'), command.file('/')].map((file) => derive('its current directory', place(file.value), file)) as [Fact<string>, Fact<string>];
    note('is in its root', derive('whether it is in its root', here.value === top.value, here, top));
    that(here).is(top.value, `its root directory, which is ${top.value}`);
  });

  check('proc', 'Its own /proc has come along', { points: 2, needs: ['root'] }, async ({ that }) => {
    await lay();
    const command = await sleeper.command();
    that(command.mountAt('/proc')).satisfies((mount) => mount?.type === 'proc' && mount.root === '/', 'a file system of type proc');
    that(command.text(`/proc/${command.pids().value.at(-1)}/cmdline`)).is(sleeper.argv.map((word) => `${word}\0`).join(''), 'what the command runs');
  });

  check('old-root', 'The host’s root is no longer there, under no name', { points: 3, needs: ['root'] }, async ({ that }) => {
    await lay();
    that(await oldRoots()).equals([], 'empty');
  });

  check('descriptors', 'No descriptor leads back', { points: 1, needs: ['root'] }, async ({ that }) => {
    await lay();
    const open = (await sleeper.command()).descriptors();
    that(derive('the command’s open descriptors', Object.keys(open.value).map(Number), open)).equals([0, 1, 2]);
  });

  check('host', 'On the host nothing is mounted, and in the directory nothing has changed', { points: 2, needs: ['root'] }, async ({ that, note }) => {
    await lay();
    await sleeper.command();
    const [now, after] = [wall.host.mounts(), wall.host.list(dir)];
    note('names before', names);
    note('names after', after);
    note('mounted before', derive('mount ids', before.value.map(({ id }) => id), before));
    const came = now.value.filter(({ id }) => !before.value.some((mount) => mount.id === id));
    that(narrow('what is newly mounted on the host', came.map(({ mountPoint }) => mountPoint), now, (line) => came.some((mount) => mount.line === line))).equals([], 'nothing');
    that(after).equals(names.value, 'what they were before');
  });

  check('own-program', 'A command that exists only in there is found', { points: 1, needs: ['root'] }, async ({ that, note }) => {
    await lay();
    await wall.run(['ln', '-f', `${dir}/usr/bin/perl`, `${dir}/bin/${program}`]);
    note('the program', wall.host.file(`${dir}/bin/${program}`));
    that((await prisoner.command()).argv()).equals([...prisoner.argv]);
  });

  check('hosts-program', 'One that exists only on the host is not', { points: 1, needs: ['root'] }, async ({ that }) => {
    await lay();
    await wall.file(`/work/bin/${hosts}`, '#!/bin/sh\n', 0o755);
    that((await box.run({ flags, command: [hosts] })).exit).is(127);
  });

  check('no-way-back', 'Root in there tries to get out, and does not', { points: 2, needs: ['own-program', 'old-root'] }, async ({ that, note, until }) => {
    await lay();
    await wall.file(canary, '');
    const command = await prisoner.command();
    await prisoner.write('\n');
    that(await until(() => command.argv(), ([name]) => name === done)).satisfies(([name]) => name === done, `${done}: it has tried`);
    const seen = command.file(canary);
    note('the host’s file', seen);
    that(seen).is(null, 'nothing');
  });

  check('no-such-root', 'A directory that is not there is box’s own failure', { points: 1 }, async ({ that }) => {
    const { exit, stderr } = await box.run({ flags: ['--rootfs', `/tmp/${token.word()}`], command: ['true'] });
    that(exit).is(125);
    that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
  });
});

/** Which directory it is, whatever its name: on which file system, and there which inode. */
function place(file: ReturnType<ProcessView['file']>['value']): string {
  return file === null ? 'nowhere' : `inode ${file.inode} of ${file.device}`;
}
