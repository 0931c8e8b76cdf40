/** Lesson 10: do containers reach the world, does the world reach them by their published ports, and do they know each other by name? */
import { readFileSync } from 'node:fs';
import { type CheckContext, derive, type Fact, lesson, narrow, type ProcessView } from '#check';

/** Something beyond the host, and the images. */
const [internet, images] = ['internet.sh', 'images.sh'].map((file) => readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8')) as [string, string];

lesson('10-reach', ({ box, wall, token, check }) => {
  const bridged = ['--network', 'bridge'];
  const net = token.pick(['198.51.100', '203.0.113']);
  const [uplink, there, far] = [`${net}.${token.int(2, 120)}`, `${net}.${token.int(121, 250)}`, `192.0.2.${token.int(2, 250)}`] as const;
  const [dir, first, db, guest, label] = [`/tmp/${token.word()}`, token.word(), token.word(), token.word(), token.word(20)] as const;
  const [outer, inner, service, other] = [token.int(2_000, 3_999), token.int(4_000, 5_999), token.int(6_000, 7_999), token.int(8_000, 9_999)] as const;
  const sleep = (): string[] => ['sleep', token.seconds()];

  // In this order: one that asks; a server with a published port; a database, whose image has no /etc; one whose image has a link there.
  const asker = box.container({ flags: ['--name', first, ...bridged], command: sleep() });
  const server = box.container({ flags: [...bridged, '-p', `${outer}:${inner}`], command: sleep() });
  const database = box.container({ flags: ['--name', db, ...bridged, '--rootfs', `${dir}/plain`], command: sleep() });
  const visitor = box.container({ flags: ['--name', guest, ...bridged, '--rootfs', `${dir}/linked`], command: sleep() });
  const twice = box.container({ flags: [...bridged, '-p', `${outer}:${other}`], command: sleep() });
  const alone = box.container({ flags: ['--network', 'none', '-p', `${other}:${inner}`], command: sleep() });
  let world: ProcessView | undefined;
  let imagesBefore: Fact<string[]>;

  /** The world beyond, which is made when it is first asked for, with the name servers of the host, and the images. */
  const beyond = async (): Promise<ProcessView> => {
    if (world !== undefined) return world;
    await wall.run(['sh', await wall.file('images.sh', images), dir]);
    // systemd-resolved: programs ask 127.0.0.53, and it asks somebody out there.
    const stub = await wall.file('/run/systemd/resolve/stub-resolv.conf', 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n');
    await wall.file('/run/systemd/resolve/resolv.conf', `nameserver ${there}\nsearch .\n`);
    await wall.run(['mount', '--bind', stub, '/etc/resolv.conf']);
    wall.atEnd(['umount', '/etc/resolv.conf']);
    imagesBefore = await imagesNow();
    const seconds = token.seconds();
    const script = await wall.file('internet.sh', internet);
    world = (await wall.start(['sh', script, uplink, there, far, seconds], ['sleep', seconds], 'the internet')).process;
    return world;
  };
  const imagesNow = async (): Promise<Fact<string[]>> => {
    const { stdout } = await wall.run(['find', dir, '-printf', '%P %y %s %l\\n']);
    const found = stdout.value.split('\n').filter((line) => line !== '').sort();
    return { ...derive('what is in the images', found, stdout), evidence: [{ source: `find ${dir}`, lines: found }] };
  };

  /** What a rule may want to know where a connection came to nothing. */
  const survey = (note: CheckContext['note'], came: Fact<string>): void => {
    note('came', came);
    if (isAddress(came.value)) return;
    note('packet filter', wall.host.packetFilter());
    note('listening', wall.host.listening());
    note('forwarding', wall.host.networkSetting('ipv4/ip_forward'));
    note('port', derive('the published port', { outer, inner }));
  };

  check('out', 'From a container one reaches what lies beyond the host', { points: 3 }, async ({ that, note }) => {
    const outside = await beyond();
    const from = await asker.command();
    const lost = outside.counters('Ip').value['OutNoRoutes'] ?? 0;
    const came = await from.reaches({ address: far, port: service }, outside, service);
    note('unanswerable', derive('packets that nobody out there could answer', (outside.counters('Ip').value['OutNoRoutes'] ?? 0) - lost, outside.counters('Ip')));
    survey(note, came);
    that(came).is(uplink, `a connection from ${uplink}, the host’s own address out there`);
  });

  check('published', 'From out there one reaches a published port', { points: 3, needs: ['out'] }, async ({ that, note }) => {
    const outside = await beyond();
    const to = await server.command();
    const came = await outside.reaches({ address: uplink, port: outer }, to, inner);
    survey(note, came);
    that(came).satisfies(isAddress, `a connection to port ${inner} of the container`);
  });

  check('own-address', 'The host reaches it at its own address', { points: 1, needs: ['published'] }, async ({ that, note }) => {
    const to = await server.command();
    const came = await wall.host.reaches({ address: uplink, port: outer }, to, inner);
    survey(note, came);
    that(came).satisfies(isAddress, `a connection to port ${inner} of the container`);
  });

  check('localhost', 'And at 127.0.0.1', { points: 2, needs: ['own-address'] }, async ({ that, note }) => {
    const to = await server.command();
    const came = await wall.host.reaches({ address: '127.0.0.1', port: outer }, to, inner);
    survey(note, came);
    note('local routes', derive('route_localnet of the bridges, and of all', ['all', ...bridges(wall.host)].map((name) => wall.host.networkSetting(`ipv4/conf/${name}/route_localnet`).value)));
    that(came).satisfies(isAddress, `a connection to port ${inner} of the container`);
  });

  check('hairpin', 'So do the containers, and the container itself', { points: 2, needs: ['published'] }, async ({ that, note }) => {
    const to = await server.command();
    const neighbour = await asker.command();
    for (const from of [neighbour, to]) {
      const came = await from.reaches({ address: uplink, port: outer }, to, inner);
      survey(note, came);
      note('connections', wall.host.connections());
      note('containers', derive('their addresses', [to, neighbour].map((it) => addressOf(it).value)));
      that(came).satisfies(isAddress, `a connection to port ${inner} of the container`);
    }
  });

  check('taken', 'A port can be published once', { points: 2, needs: ['published'] }, async ({ that, note }) => {
    await server.command();
    const second = twice.ended();
    const started = await Promise.race([second.then(() => false), twice.command().then(() => true, () => false)]);
    note('second one runs', derive('whether a second container was started', started));
    if (started) await twice.end();
    const { exit, stderr } = await second;
    that(exit).is(125, '125: box cannot do what it was asked for');
    that(stderr).contains(String(outer), `a message that says which port: ${outer}`);
  });

  check('no-network', 'Without a bridge there is nothing to publish', { points: 1 }, async ({ that, note }) => {
    const over = alone.ended();
    const started = await Promise.race([over.then(() => false), alone.command().then(() => true, () => false)]);
    note('it runs', derive('whether a container was started', started));
    if (started) await alone.end();
    const { exit } = await over;
    that(exit).is(125, '125, since --network none and -p contradict each other');
  });

  check('name', 'A container finds another one by its --name', { points: 2, needs: ['out'] }, async ({ that, note }) => {
    await beyond();
    const wanted = addressOf(await asker.command());
    const from = await database.command();
    note('hosts', from.text('/etc/hosts'));
    const found = await from.lookUp(first);
    note('found', found);
    that(found).is(wanted.value, `${wanted.value ?? 'an address'}, which is that of ${first}`);
  });

  check('later', 'Also one that starts later than itself', { points: 3, needs: ['name'] }, async ({ that, note, until }) => {
    const from = await asker.command();
    const wanted = addressOf(await database.command());
    const found = await until(() => from.lookUp(db), (value) => value === wanted.value);
    note('hosts', from.text('/etc/hosts'));
    note('hosts mount', from.mountAt('/etc/hosts'));
    note('found', found);
    that(found).is(wanted.value, `${wanted.value ?? 'an address'}, which is that of ${db}`);
  });

  check('any-image', 'Whatever there is in the image, or is not', { points: 2, needs: ['later'] }, async ({ that, note, until }) => {
    for (const [container, name, its] of [[visitor, db, database], [database, guest, visitor], [asker, guest, visitor]] as const) {
      const [command, wanted] = [await container.command(), addressOf(await its.command())];
      const found = await until(() => command.lookUp(name), (value) => value === wanted.value);
      note('hosts', command.text('/etc/hosts'));
      that(found).is(wanted.value, `${wanted.value ?? 'an address'}, which is that of ${name}`);
    }
  });

  check('name-servers', 'Other names are asked for where the host asks', { points: 3, needs: ['any-image'] }, async ({ that, note }) => {
    const outside = await beyond();
    for (const container of [asker, visitor]) {
      const command = await container.command();
      note('resolv.conf', command.text('/etc/resolv.conf'));
      note('resolv.conf itself', command.file('/etc/resolv.conf'));
      // To be asked here or there is the same: the host's own server would ask the other one.
      const asked = await command.asks(`${label}.example`, [{ address: there, at: outside }, { address: '127.0.0.53', at: wall.host }]);
      note('asked', asked);
      that(asked).is(true, `true: the host asks ${there}, by way of its own 127.0.0.53`);
    }
  });

  check('clean', 'The images are what they were, and in `box diff` there is nothing of it', { points: 2, needs: ['any-image'] }, async ({ that, note }) => {
    await Promise.all([database.command(), visitor.command()]);
    const now = await imagesNow();
    const changed = now.value.filter((line) => !imagesBefore.value.includes(line)).concat(imagesBefore.value.filter((line) => !now.value.includes(line)));
    note('changed images', derive('what has changed', changed));
    that({ ...derive('what has changed in the images', changed, now), evidence: [{ source: `find ${dir}`, lines: changed }] }).equals([], 'nothing');
    for (const name of [db, guest]) {
      const { stdout } = await box.call(['diff', name]);
      const lines = stdout.value.split('\n').filter((line) => / \/etc(\/|$)/.test(line));
      note('diff', derive('what it prints of /etc', lines));
      that(derive(`what \`box diff ${name}\` prints of /etc`, lines, stdout)).equals([], 'nothing');
    }
  });

  check('port-free', 'When the container has ended, the port is the host’s again', { points: 3, needs: ['published'] }, async ({ that, note, until }) => {
    const outside = await beyond();
    const address = addressOf(await server.command()).value ?? '';
    await server.signal('SIGKILL');
    await server.ended();
    const rules = await until(() => naming(wall.host.packetFilter(), address), (lines) => lines.length === 0);
    note('rules left', rules);
    note('port', derive('the published port', { outer, inner }));
    note('listening', wall.host.listening());
    that(await outside.reaches({ address: uplink, port: outer }, wall.host, outer)).is(there, `a connection from ${there} to somebody else, who now listens there`);
    that(rules).equals([], 'empty');
  });

  check('name-free', 'One that has ended is not found any more', { points: 2, needs: ['any-image'] }, async ({ that, note, until }) => {
    const from = await asker.command();
    await visitor.signal('SIGKILL');
    await visitor.ended();
    const found = await until(() => from.lookUp(guest), (value) => value === null, 3_000);
    note('hosts', from.text('/etc/hosts'));
    that(found).is(null, 'nothing: it has ended');
    that(await from.lookUp(db)).is(addressOf(await database.command()).value, 'what it was: that one still runs');
  });
});

/** The IPv4 address that a process has for talking to others. */
function addressOf(process: ProcessView): Fact<string | null> {
  const addresses = process.addresses();
  const found = addresses.value.find(({ family, scope }) => family === 'inet' && scope === 'global');
  return derive(`${process.label}’s address`, found?.address ?? null, addresses);
}

function bridges(host: ProcessView): string[] {
  return host.links().value.filter(({ kind }) => kind === 'bridge').map(({ name }) => name);
}

function isAddress(value: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(value);
}

/** The lines of the packet filter in which this address stands. */
function naming(filter: Fact<string[]>, address: string): Fact<string[]> {
  const pattern = new RegExp(`(?<![\\d.])${address.replaceAll('.', '\\.')}(?![\\d.])`);
  const found = filter.value.filter((line) => pattern.test(line));
  return narrow(`the list of rules with ${address}`, found, filter, (line) => found.includes(line));
}
