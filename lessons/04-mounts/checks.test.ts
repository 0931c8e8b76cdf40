/** Lesson 04: does what is mounted in a container stay in it, and is the host's mount table as it was? */
import path from 'node:path';
import { derive, type Fact, lesson, narrow, type ProcessView } from '#check';

/** A mount as mountinfo has it. */
type Mount = ReturnType<ProcessView['mounts']>['value'][number];

// Mounts a tmpfs twice and binds a directory, then waits for a line that never comes.
const mounting = 'mount -t tmpfs "$0" "$1" && mount -t tmpfs "$0" "$2" && mount --bind /etc "$3"; read line';

lesson('04-mounts', ({ box, wall, token, check }) => {
  const name = token.word(12);
  // Two places that lie on different mounts of the host: its root, and one of those on top.
  const [deep, bound] = [`${token.pick(['/tmp', '/run', '/dev/shm', '/root'])}/${token.word()}`, `/fixtures/${token.word()}`];
  const points = [token.pick(['/mnt', '/media', '/srv', '/opt']), deep];
  const busy = box.container({ command: ['sh', '-c', mounting, name, ...points, bound] });
  let before: Fact<Mount[]>;

  check('namespace', 'The command has a mount namespace of its own', { points: 1 }, async ({ that, note }) => {
    before = wall.host.mounts();
    note('mounts before', before);
    for (const place of [deep, bound]) await wall.file(path.join(place, token.word()), '');
    const command = await busy.command();
    that(command.namespace('mnt')).isNot(wall.host.namespace('mnt').value, 'another one than the host’s');
  });

  check('inside', 'Inside, mount does what it is asked to', { points: 1, needs: ['namespace'] }, async ({ that, note, until }) => {
    note('mounts before', before);
    const command = await busy.command();
    const wanted = [...points, bound];
    const done = (mounts: Mount[]) => wanted.filter((point) => mounts.some((mount) => mount.mountPoint === point));
    const mounts = await until(() => command.mounts(), (value) => done(value).length === wanted.length);
    that(narrow('what the command has mounted', done(mounts.value), mounts, has(...wanted))).equals(wanted, `mounts on ${list(wanted)}`);
  });

  check('outside', 'Outside, none of it is to be seen', { points: 3, needs: ['inside'] }, async ({ that, note }) => {
    note('mounts before', before);
    await busy.command();
    const mounts = wall.host.mounts();
    const seen = mounts.value.filter(({ source, mountPoint }) => source === name || mountPoint === bound).map(({ mountPoint }) => mountPoint);
    that(narrow('what the host sees of these mounts', seen, mounts, has(name, bound))).equals([], 'nothing');
  });

  check('ties', 'No mount in the container is a peer of one on the host', { points: 3, needs: ['namespace'] }, async ({ that, note }) => {
    note('mounts before', before);
    const [command, host] = [(await busy.command()).mounts(), wall.host.mounts()];
    const groups = new Set([...before.value, ...host.value].map(groupOf).filter((group) => group !== undefined));
    const peers = command.value.filter((mount) => groups.has(groupOf(mount) ?? -1));
    const lines = new Set(peers.flatMap(({ line, propagation }) => [line, ...host.value.filter(groupIs(propagation.shared)).map((peer) => peer.line)]));
    const fact = derive('the list of mounts whose peer group the host is in', peers.map((mount) => mount.mountPoint), command, host);
    that({ ...fact, evidence: fact.evidence.map(({ source, lines: all }) => ({ source, lines: all.filter((line) => lines.has(line)) })) }).equals([], 'empty');
  });

  check('host', 'The host’s own mounts are the same, and spread as before', { points: 2 }, async ({ that, note }) => {
    note('mounts before', before);
    await busy.command();
    that(changes('what has changed on the host', before, wall.host.mounts())).equals([], 'nothing');
  });

  check('afterwards', 'Nor has anything changed when a container has ended', { points: 1 }, async ({ that, note }) => {
    note('mounts before', before);
    const status = token.int(3, 119);
    that((await box.run({ command: ['sh', '-c', `mount -t tmpfs ${name} ${points[0]}; exit ${status}`] })).exit).is(status);
    that(changes('what has changed on the host', before, wall.host.mounts())).equals([], 'nothing');
  });
});

/** In words, each mount that came, went or propagates in another way; its lines as evidence. */
function changes(name: string, before: Fact<Mount[]>, after: Fact<Mount[]>): Fact<string[]> {
  const [was, is] = [before, after].map((fact) => new Map(fact.value.map((mount) => [mount.id, mount]))) as [Map<number, Mount>, Map<number, Mount>];
  const came = after.value.filter(({ id }) => !was.has(id));
  const went = before.value.filter(({ id }) => !is.has(id));
  const turned = after.value.filter(({ id, propagation }) => was.has(id) && was.get(id)?.propagation.kind !== propagation.kind);
  const lines = new Set([...came, ...went, ...turned].map((mount) => mount.line));
  return narrow(name, [
    ...came.map((mount) => `${mount.type} on ${mount.mountPoint} is new`),
    ...went.map((mount) => `${mount.type} on ${mount.mountPoint} is gone`),
    ...turned.map((mount) => `${mount.mountPoint} was ${was.get(mount.id)?.propagation.kind} and is ${mount.propagation.kind}`),
  ], went.length > 0 ? derive(name, null, before, after) : after, (line) => lines.has(line));
}

function groupOf(mount: Mount): number | undefined {
  return mount.propagation.shared;
}

function groupIs(group: number | undefined): (mount: Mount) => boolean {
  return (mount) => group !== undefined && groupOf(mount) === group;
}

/** Lines of mountinfo that mention one of these words. */
function has(...words: readonly string[]): (line: string) => boolean {
  return (line) => line.split(' ').some((field) => words.includes(field));
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
