/** Lesson 02: does every container have UTS and IPC namespaces of its own, and does the host keep its name? */
import { lesson } from '#check';

lesson('02-syscalls', ({ box, wall, token, check }) => {
  const name = token.word(16);
  const named = box.container({ flags: ['--hostname', name], command: ['sleep', token.seconds()] });
  const unnamed = box.container({ command: ['sleep', token.seconds()] });
  let hostname: string;

  check('uts', 'The container has a UTS namespace of its own', { points: 2 }, async ({ that }) => {
    hostname = wall.host.hostname().value;
    const command = await named.command();
    that(command.namespace('uts')).isNot(wall.host.namespace('uts').value, 'another one than the host’s');
  });

  check('hostname', 'It has the name it was given', { points: 2, needs: ['uts'] }, async ({ that }) => {
    that((await named.command()).hostname()).is(name);
  });

  check('ipc', 'It has an IPC namespace of its own', { points: 1 }, async ({ that }) => {
    const command = await named.command();
    that(command.namespace('ipc')).isNot(wall.host.namespace('ipc').value, 'another one than the host’s');
  });

  check('always', 'So has a container that was given no name', { points: 2 }, async ({ that }) => {
    const [command, other] = [await unnamed.command(), await named.command()];
    for (const kind of ['uts', 'ipc'] as const) {
      that(command.namespace(kind)).isNot(wall.host.namespace(kind).value, 'another one than the host’s');
      that(command.namespace(kind)).isNot(other.namespace(kind).value, 'another one than the other container’s');
    }
  });

  check('host', 'The host keeps its own name', { points: 2 }, async ({ that }) => {
    await named.command();
    that(wall.host.hostname()).is(hostname, 'what it was before');
  });

  check('refused', 'A name that the kernel refuses is box’s own failure', { points: 2, needs: ['hostname'] }, async ({ that }) => {
    const { exit, stderr } = await box.run({ flags: ['--hostname', token.word(65)], command: ['true'] }); // one too long
    that(exit).is(125);
    that(stderr).satisfies((text) => /^box: \S/m.test(text), 'a text with a line that begins with `box: `');
  });
});
