/** Lesson 01: does `box run` start a command, keep its hands off it, and tell how it ended? */
import { lesson } from '#check';

lesson('01-processes', ({ box, wall, token, check }) => {
  const plain = box.container({ command: ['sleep', token.seconds()] });

  const script = `/tmp/${token.word()}`; // waits for the status that it shall end with; without an answer, for ever
  const words = ['', `${token.word()} ${token.word()}`, '--', `-${token.word()}`, '"$HOME" *', `${token.word()}\nbreak`];
  const inherited = { name: token.word().toUpperCase(), value: token.word() };
  const added = { name: token.word().toUpperCase(), value: `${token.word()}=${token.word()} ${token.word()}` };
  const dressed = box.container({
    flags: ['-e', `${added.name}=${added.value}`],
    command: ['sh', script, ...words],
    env: { [inherited.name]: inherited.value },
  });

  check('runs', 'The command runs', { points: 1 }, async ({ that }) => {
    that((await plain.command()).argv()).equals([...plain.argv]);
  });

  check('arguments', 'Every argument arrives as it was given', { points: 2, needs: ['runs'] }, async ({ that }) => {
    await wall.file(script, 'read status && exit "$status"\nsleep 86400\n');
    that((await dressed.command()).argv()).equals([...dressed.argv], 'the words behind `--`, none split, dropped or replaced');
  });

  check('environment', 'The environment is box’s own, and what -e adds', { points: 1, needs: ['arguments'] }, async ({ that, note }) => {
    const environment = (await dressed.command()).environment();
    note('environment', environment);
    that(environment).satisfies((it) => it[added.name] === added.value, `one that holds ${added.name} as -e gave it`);
    that(environment).satisfies((it) => it[inherited.name] === inherited.value, `one that holds ${inherited.name}, as box was given it`);
  });

  check('waits', 'box is there for as long as the command runs', { points: 1, needs: ['runs', 'arguments'] }, async ({ that }) => {
    // The other container has started meanwhile: time enough for a box that leaves early to be gone.
    const [command, mine] = [await plain.command(), await plain.box()];
    that(mine.state()).satisfies((state) => !'ZX'.includes(state), 'that of a living process');
    that(command.pids()).satisfies(([pid]) => pid !== mine.pid, 'those of another process than box');
  });

  check('stdio', 'Standard input, output and error are box’s own', { points: 2, needs: ['waits'] }, async ({ that }) => {
    const [command, mine] = [await plain.command(), await plain.box()];
    for (const [number, name] of ['input', 'output', 'error'].entries()) {
      that(command.descriptor(number)).is(mine.descriptor(number).value, `box's own standard ${name}`);
    }
  });

  check('exit-status', 'box ends with the command’s own status', { points: 2, needs: ['stdio'] }, async ({ that }) => {
    const status = token.int(3, 119);
    await dressed.write(`${status}\n`);
    that((await dressed.ended()).exit).is(status);
  });

  check('signal', 'A command that a signal killed gives 128 and the signal’s number', { points: 2, needs: ['waits'] }, async ({ that }) => {
    if (token.pick(['kill', 'fault']) === 'kill') {
      await plain.signal('SIGKILL');
      that((await plain.ended()).exit).is(128 + 9, '137: 128 and SIGKILL’s 9');
    } else {
      const { exit } = await box.run({ command: ['perl', '-e', 'unpack "p", pack "J", 8'] }); // reads a string at address 8
      that(exit).is(128 + 11, '139: 128 and SIGSEGV’s 11');
    }
  });

  check('not-found', 'A command that does not exist gives 127', { points: 1 }, async ({ that }) => {
    const { exit, stderr } = await box.run({ command: [token.word(12)] });
    that(exit).is(127);
    that(stderr).satisfies(speaks, 'a text with a line that begins with `box: `');
  });

  check('not-executable', 'A file that is not executable gives 126', { points: 1 }, async ({ that }) => {
    const file = await wall.file(`/tmp/${token.word()}`, '#!/bin/sh\n', 0o644);
    const { exit, stderr } = await box.run({ command: [file] });
    that(exit).is(126);
    that(stderr).satisfies(speaks, 'a text with a line that begins with `box: `');
  });

  check('own-failure', 'A failure of box itself gives 125', { points: 1 }, async ({ that }) => {
    const { exit, stderr } = await box.call(['run', `--${token.word()}`, '--', 'true']);
    that(exit).is(125);
    that(stderr).satisfies(speaks, 'a text with a line that begins with `box: `');
  });
});

/** True where box says something under its own name. */
function speaks(text: string): boolean {
  return /^box: \S/m.test(text);
}
