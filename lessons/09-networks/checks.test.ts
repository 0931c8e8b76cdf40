/** Lesson 09: has every container a network of its own, do they reach each other, and does the host keep what is the host's? */
import { type CheckContext, derive, type Fact, lesson, narrow, type ProcessView } from '#check';

/** Interfaces, addresses and routes as `ip -j` has them. */
type Link = ReturnType<ProcessView['links']>['value'][number];
type Address = ReturnType<ProcessView['addresses']>['value'][number];
type Route = ReturnType<ProcessView['routes']>['value'][number];

lesson('09-networks', ({ box, wall, token, check }) => {
  const bridged = ['--network', 'bridge'];
  const command = (): string[] => ['sleep', token.seconds()];
  // The other one has nothing but sleep in its root: what the set-up needs is on the host.
  const bare = `/tmp/${token.word()}`;
  const one = box.container({ flags: bridged, command: command() });
  const other = box.container({ flags: [...bridged, '--rootfs', bare], command: command() });
  const crowd = [1, 2, 3].map(() => box.container({ flags: bridged, command: command() }));
  let before: Fact<Link[]>;
  let routesBefore: Fact<Route[]>;

  /** The first container's command, with what the rules may want to know about its network. */
  const survey = async (note: CheckContext['note']): Promise<ProcessView> => {
    const found = await one.command();
    note('links before', before);
    note('links', found.links());
    note('addresses', found.addresses());
    note('host links', wall.host.links());
    return found;
  };

  check('namespace', 'The command has a network namespace of its own', { points: 1 }, async ({ that }) => {
    [before, routesBefore] = [wall.host.links(), wall.host.routes()];
    that((await one.command()).namespace('net')).isNot(wall.host.namespace('net').value, 'another one than the host’s');
  });

  check('loopback', 'In there, 127.0.0.1 is up', { points: 1, needs: ['namespace'] }, async ({ that, note }) => {
    const found = await survey(note);
    that(upIn(found.links())).contains('lo', 'a list with lo');
    that(addressesIn(found.addresses(), () => true)).contains('127.0.0.1', 'a list with 127.0.0.1');
  });

  check('cable', 'It has another interface, which is up and connected', { points: 2, needs: ['namespace'] }, async ({ that, note }) => {
    const links = (await survey(note)).links();
    that(cablesIn(links)).satisfies((names) => names.length > 0, 'a list with an interface, besides lo, that is UP and has carrier (LOWER_UP)');
  });

  check('address', 'It has an address', { points: 1, needs: ['cable'] }, async ({ that, note }) => {
    const found = await survey(note);
    that(outwardIn(found.addresses())).satisfies((addresses) => addresses.length > 0, 'a list with at least one');
  });

  check('route', 'And a way to everywhere else', { points: 1, needs: ['address'] }, async ({ that, note }) => {
    const found = await survey(note);
    note('host routes before', routesBefore);
    note('host routes', wall.host.routes());
    note('routes', found.routes());
    that(gatewayIn(found.routes())).satisfies((gateway) => gateway !== null, 'the address of a neighbour, in a default route');
  });

  check('gateway', 'The host answers at the other end', { points: 2, needs: ['route'] }, async ({ that, note }) => {
    const found = await survey(note);
    const gateway = gatewayIn(found.routes()).value ?? '';
    const [addresses, requests] = [wall.host.addresses(), wall.host.echoRequests()];
    note('host addresses', addresses);
    note('gateway', gatewayIn(found.routes()));
    that(addressesIn(addresses, ({ address }) => address !== '127.0.0.1')).contains(gateway, `a list with ${gateway}, the container’s gateway`);
    that(await found.ping(gateway)).is(true);
    that(wall.host.echoRequests()).satisfies((count) => count > requests.value, `more than the ${requests.value} of before`);
  });

  check('pair', 'A second container has another address, and the two reach each other', { points: 3, needs: ['gateway'] }, async ({ that, note }) => {
    await wall.run(['sh', '-c', 'mkdir -p "$0" && cd "$0" && mkdir -p bin dev etc proc sys tmp && cp /bin/busybox bin/sleep', bare]);
    const second = await other.command();
    const first = await survey(note);
    note('other links', second.links());
    note('other addresses', second.addresses());
    const [mine, theirs] = [first, second].map((it) => outwardIn(it.addresses())) as [Fact<string[]>, Fact<string[]>];
    const address = theirs.value[0] ?? '';
    that(derive('the first address of the second container', address, theirs)).satisfies((it) => it !== '' && !mine.value.includes(it), `an address, and none of the first one’s (${mine.value.join(', ')})`);
    const requests = second.echoRequests().value;
    that(await first.ping(address)).is(true);
    that(second.echoRequests()).satisfies((count) => count > requests, `more than the ${requests} of before: the second container has been asked`);
  });

  check('steady', 'The host still answers when one more cable comes to the bridge', { points: 2, needs: ['pair'] }, async ({ that, note }) => {
    const both = [await survey(note), await other.command()];
    const gateway = gatewayIn(both[0]!.routes()).value ?? '';
    const bridge = masterOf(both[0]!, wall.host);
    note('gateway', gatewayIn(both[0]!.routes()));
    // Both have to know by now at which hardware address the gateway is.
    for (const container of both) that(await container.ping(gateway)).is(true);
    const requests = wall.host.echoRequests();
    const plug = token.word(8);
    try {
      // Any cable will do, and any container brings one. The hardware address of this one is lower than that of all others.
      if (bridge !== undefined) await wall.run(['sh', '-c', 'ip link add "$0" address 00:00:5e:00:53:01 type dummy && ip link set "$0" master "$1" up', plug, bridge]);
      note('plugged in', wall.host.links());
      for (const container of both) that(await container.ping(gateway)).is(true);
      that(wall.host.echoRequests()).satisfies((count) => count > requests.value + 1, `at least two more than the ${requests.value} of before`);
    } finally {
      if (bridge !== undefined) await wall.run(['ip', 'link', 'delete', plug]);
    }
  });

  check('gone', 'When they have ended, so have their cables', { points: 2, needs: ['pair'] }, async ({ that, note, until }) => {
    await Promise.all([one.command(), other.command()]);
    // One is killed; of the other nobody is left to clean up.
    await one.signal('SIGKILL');
    await other.signal('SIGKILL', 'box');
    await other.signal('SIGKILL');
    await Promise.all([one.end(), other.end()]);
    const left = await until(() => leftIn(wall.host.links(), before.value), (names) => names.length === 0, 4_000);
    note('links before', before);
    note('host links', wall.host.links());
    that(left).equals([], 'nothing, but for one bridge');
  });

  check('card', 'The host’s own card, eth0, is left alone', { points: 2, needs: ['gateway', 'gone'] }, async ({ that, note }) => {
    const address = `192.0.2.${token.int(10, 250)}`;
    const later = box.container({ flags: bridged, command: command() });
    try {
      // As on nearly every machine: a card of this name, with an address, and the way out.
      await wall.run(['sh', '-c', 'ip link add eth0 type dummy && ip address add "$0/24" dev eth0 && ip link set eth0 up && ip route replace default via 192.0.2.1', address]);
      const routes = wall.host.routes();
      note('host routes before', routes);
      const found = await later.command();
      note('host routes', wall.host.routes());
      note('host links', wall.host.links());
      that(addressesIn(wall.host.addresses(), (it) => it.interface === 'eth0' && it.family === 'inet')).equals([address], `${address}, on eth0 as before`);
      that(gatewayIn(wall.host.routes())).is(gatewayIn(routes).value, `${gatewayIn(routes).value}, as before`);
      that(await found.ping(gatewayIn(found.routes()).value ?? '')).is(true);
    } finally {
      await later.end();
      await wall.run(['ip', 'link', 'delete', 'eth0']);
    }
  });

  check('crowd', 'Three that start at the same moment get three addresses', { points: 3, needs: ['pair', 'gone'] }, async ({ that, note }) => {
    const found = await Promise.all(crowd.map((container) => container.command()));
    const theirs = found.map((it) => outwardIn(it.addresses()));
    const all = derive('the list of their addresses', theirs.map(({ value }) => value[0] ?? 'none'), ...theirs);
    note('crowd', all);
    that(all).satisfies((addresses) => !addresses.includes('none') && new Set(addresses).size === found.length, 'three different ones');
    const [first, , third] = found as [ProcessView, ProcessView, ProcessView];
    that(await first.ping(all.value[2] ?? '')).is(true);
    that(await third.ping(gatewayIn(third.routes()).value ?? '')).is(true);
    await Promise.all(crowd.map((container) => container.end()));
  });

  check('none', 'With --network none there is lo, up, and nothing else', { points: 2 }, async ({ that, note }) => {
    const alone = box.container({ flags: ['--network', 'none'], command: command() });
    const found = await alone.command();
    note('links', found.links());
    that(found.namespace('net')).isNot(wall.host.namespace('net').value, 'another one than the host’s');
    that(upIn(found.links())).equals(['lo'], 'lo alone');
    await alone.end();
  });

  check('host', 'With --network host it is the host’s', { points: 1 }, async ({ that }) => {
    const shared = box.container({ flags: ['--network', 'host'], command: command() });
    that((await shared.command()).namespace('net')).is(wall.host.namespace('net').value, 'the host’s');
    await shared.end();
  });
});

/** Names of the interfaces that are up. */
function upIn(links: Fact<Link[]>): Fact<string[]> {
  return derive('the list of its interfaces that are up', links.value.filter(({ flags }) => flags.includes('UP')).map(({ name }) => name), links);
}

/** Of those that lead somewhere, besides lo, the ones that are up and have carrier. */
function cablesIn(links: Fact<Link[]>): Fact<string[]> {
  const found = links.value.filter(({ flags }) => !flags.includes('LOOPBACK') && flags.includes('UP') && flags.includes('LOWER_UP'));
  return derive('the list of its connected interfaces', found.map(({ name }) => name), links);
}

/** The bridge on the host that a container's cable leads to; undefined where it leads to something else. */
function masterOf(container: ProcessView, host: ProcessView): string | undefined {
  const ends = container.links().value.map(({ peerIndex }) => peerIndex);
  return host.links().value.find(({ index, kind, master }) => kind === 'veth' && ends.includes(index) && master !== undefined)?.master;
}

function addressesIn(addresses: Fact<Address[]>, wanted: (address: Address) => boolean): Fact<string[]> {
  const found = addresses.value.filter(wanted);
  return narrow(`the list of ${addresses.name}`, found.map(({ address }) => address), addresses, (line) => found.some((it) => it.line === line));
}

/** IPv4 addresses that are for talking to others. */
function outwardIn(addresses: Fact<Address[]>): Fact<string[]> {
  const found = addressesIn(addresses, ({ family, scope }) => family === 'inet' && scope === 'global');
  return { ...found, evidence: addresses.evidence };
}

/** The gateway of the default route; null where there is none. */
function gatewayIn(routes: Fact<Route[]>): Fact<string | null> {
  const found = routes.value.find(({ destination, gateway }) => destination === 'default' && gateway !== undefined);
  return derive(`the gateway in ${routes.name}`, found?.gateway ?? null, routes);
}

/** What there is now and was not before, one bridge excepted. */
function leftIn(links: Fact<Link[]>, before: readonly Link[]): Fact<string[]> {
  const came = links.value.filter(({ index }) => !before.some((link) => link.index === index));
  const bridge = came.find(({ kind }) => kind === 'bridge');
  const left = came.filter((link) => link !== bridge);
  return narrow('what is new among the host’s interfaces', left.map(({ name }) => name), links, (line) => left.some((it) => it.line === line));
}
