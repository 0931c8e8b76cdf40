/** Lesson 03: is the command process 1 of its own pid namespace, does its /proc know that, and nobody else's? */
import { derive, lesson } from '#check';

lesson('03-pid', ({ box, wall, token, check }) => {
  const sleeper = box.container({ command: ['sleep', token.seconds()] });
  const hostProc = () => wall.host.mountAt('/proc');
  let before: string | undefined;

  check('pid', 'The command has a pid namespace of its own', { points: 2 }, async ({ that }) => {
    before = hostProc().value?.line;
    const command = await sleeper.command();
    that(command.namespace('pid')).isNot(wall.host.namespace('pid').value, 'another one than the host’s');
  });

  check('first', 'It is process 1 there', { points: 2, needs: ['pid'] }, async ({ that }) => {
    that((await sleeper.command()).pids()).endsWith(1, 'a list that ends with 1, its pid in its own namespace');
  });

  check('proc', 'Its /proc shows the processes of its own namespace', { points: 2, needs: ['first'] }, async ({ that, note }) => {
    const command = await sleeper.command();
    const first = command.text('/proc/1/cmdline');
    note('first process in /proc', first);
    that(command.mountOf('/proc/1/cmdline')).satisfies((it) => it?.type === 'proc' && it.mountPoint === '/proc', 'a file system of type proc on /proc');
    that(first).is(sleeper.argv.map((word) => `${word}\0`).join(''), 'what the command runs, for process 1 is the command');
  });

  check('host', 'The host’s /proc is as it was', { points: 2 }, async ({ that }) => {
    const command = await sleeper.command();
    that(command.namespace('mnt')).isNot(wall.host.namespace('mnt').value, 'another one than the host’s');
    const mount = hostProc();
    that(derive('the host’s line for /proc in mountinfo', mount.value?.line, mount)).is(before, `what it was: ${before}`);
  });

  check('clean', 'It starts with three descriptors and no signal ignored', { points: 1, needs: ['pid'] }, async ({ that }) => {
    const command = await sleeper.command();
    const open = command.descriptors();
    that(derive('the command’s open descriptors', Object.keys(open.value).map(Number), open)).equals([0, 1, 2]);
    const signals = command.signals();
    that(derive('the signals that it ignores', signals.value.ignored, signals)).lacks('SIGPIPE', 'a list without SIGPIPE');
  });

  check('status', 'How it ends is still known outside', { points: 2, needs: ['pid'] }, async ({ that }) => {
    const status = token.int(3, 119);
    that((await box.run({ command: ['sh', '-c', `exit ${status}`] })).exit).is(status);
    await sleeper.signal('SIGKILL');
    that((await sleeper.ended()).exit).is(128 + 9, '137: 128 and SIGKILL’s 9');
  });

  check('refused', 'So is that it could not begin', { points: 1 }, async ({ that }) => {
    const { exit, stderr } = await box.run({ command: [token.word(12)] });
    that(exit).is(127);
    that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
  });
});
