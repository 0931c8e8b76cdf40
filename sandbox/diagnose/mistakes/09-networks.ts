/** Lesson 09: networks with nobody at the other end, and hosts that were reached for by mistake. */
import { bridgeRules } from '../bridge-rules.ts';
import { citeMounts, citeNamespaces } from '../cite.ts';
import type { FailedCall } from '../doctor.ts';
import { failedCall, flagValue, gaveUp, hostOf, noted, separated, shareNamespace } from '../helpers.ts';
import { cableOf, cameToHost, citeNoted, commandsOn, gateways, hostEnd, isDown, isUp, leakedNamespaces, linksOf, missingTool, names, newBridges, outward, withoutRoute } from '../network-helpers.ts';
import type { Rule } from '../rule.ts';
import type { Scene } from '../scene.ts';

const lesson = '09-networks';

export const rules: readonly Rule[] = [
  {
    id: 'network-shared',
    lesson,
    title: 'The container is on the host\'s network',
    why:
      'Command and host are in one network namespace: the same interfaces, the same addresses, the same ports. A server in the ' +
      'container takes port 80 from the host, and what listens on the host\'s 127.0.0.1 "for local use only" is local to the container.',
    look: 'Which namespaces does box unshare before it starts the stage?',
    checks: ['namespace'],
    when: (scene) => commandsOn(scene, 'bridge').some((command) => shareNamespace(command, hostOf(scene), 'net')),
    evidence: (scene) => citeNamespaces('net', ...commandsOn(scene, 'bridge'), hostOf(scene)),
  },
  {
    id: 'wrong-pid-namespace',
    lesson,
    title: 'The number of the stage was read in another pid namespace',
    why: (scene) =>
      `${refused(scene, 'ESRCH')?.condition ?? ''} unshare(CLONE_NEWPID) decides for all children that come after it, and ip is ` +
      'one of them: it was born into the container. There the stage is process 1, and the number that box knows is nobody\'s.',
    look: 'When does box go home, and from which of its namespaces? Two of them concern ip.',
    checks: ['namespace'],
    when: (scene) => refused(scene, 'ESRCH') !== undefined,
  },
  {
    id: 'gateway-no-neighbour',
    lesson,
    title: 'The gateway is on no network that the container is on',
    why: (scene) =>
      `${refused(scene, 'ENETUNREACH')?.condition ?? ''} "Go by way of N" is of use only if N can be reached without going by way of ` +
      'anybody. An address brings a route to its network along, but only once the interface is up, and only as much network as ' +
      'its prefix says: without one it is /32, a network of one.',
    look: 'Hold the three lines before it against this: which interface is up, what address has it, with which prefix?',
    checks: ['namespace'],
    when: (scene) => refused(scene, 'ENETUNREACH') !== undefined,
  },
  {
    id: 'loopback-down',
    lesson,
    title: 'lo is down: not even 127.0.0.1 answers',
    why:
      'A new network namespace has a loopback interface, but nobody has switched it on, and 127.0.0.1 comes with switching it on. ' +
      'A program that connects to itself, as databases and test suites do, gets "Network is unreachable".',
    look: 'It is an interface like others, and there is one for each container, whatever else it is connected to.',
    checks: ['loopback', 'none'],
    when: (scene) => linksOf(scene, 'links')?.some((link) => link.flags.includes('LOOPBACK') && !isUp(link)) === true,
    evidence: (scene) => citeNoted(scene, 'links', linksOf(scene, 'links') ?? []),
  },
  {
    id: 'cable-not-moved',
    lesson,
    title: 'Both ends of the cable are on the host',
    why: (scene) =>
      `${names(cameToHost(scene).filter(({ kind }) => kind === 'veth'))} are the two ends of one cable, and the host has both. What ` +
      'goes in at one comes out at the other, in the same place. The container has nothing but lo.',
    look: 'An interface is made in the namespace of whoever makes it. How does one end get into the other namespace?',
    checks: ['cable'],
    when: (scene) =>
      linksOf(scene, 'links') !== undefined && cableOf(linksOf(scene, 'links')) === undefined &&
      cameToHost(scene).some(({ kind, peerName }) => kind === 'veth' && peerName !== undefined),
    evidence: (scene) => citeNoted(scene, 'host links', cameToHost(scene)),
  },
  {
    id: 'container-end-down',
    lesson,
    title: 'The container\'s end of the cable is not switched on',
    why: (scene) =>
      `${cableOf(linksOf(scene, 'links'))?.name ?? 'It'} is there and is down, as every interface is that has just been made; to be moved to ` +
      'another namespace also sets it down. A cable carries something only while both its ends are up.',
    look: 'UP is what somebody has asked for, LOWER_UP that there is somebody at the other end. Who asks, in the container?',
    checks: ['cable'],
    when: (scene) => isDown(cableOf(linksOf(scene, 'links'))),
    evidence: (scene) => citeNoted(scene, 'links', [cableOf(linksOf(scene, 'links'))]),
  },
  {
    id: 'host-end-down',
    lesson,
    title: 'The host\'s end of the cable is not switched on',
    why: (scene) =>
      `The container's end is up, but has no carrier (no LOWER_UP): at the other end, ${hostEnd(scene)?.name ?? 'on the host'} is down. It is ` +
      'as with a plug in a switch that is turned off.',
    look: 'A pair of interfaces, and each end is switched on by itself, in the namespace that it is in.',
    checks: ['cable'],
    when: (scene) => cableOf(linksOf(scene, 'links'))?.flags.includes('UP') === true && isDown(hostEnd(scene)),
    evidence: (scene) => [...citeNoted(scene, 'links', [cableOf(linksOf(scene, 'links'))]), ...citeNoted(scene, 'host links', [hostEnd(scene)])],
  },
  {
    id: 'no-address',
    lesson,
    title: 'The cable is in, but the container has no address',
    why:
      'An interface carries frames, from one hardware address to another. IP begins with an address, and nobody has given one: there ' +
      'is nothing that a packet could come from or be answered to.',
    look: 'In which namespace was the address set, and on which interface?',
    checks: ['address'],
    when: (scene) => cableOf(linksOf(scene, 'links'))?.flags.includes('LOWER_UP') === true && outward(scene, 'addresses')?.length === 0,
    evidence: (scene) => citeNoted(scene, 'links', [cableOf(linksOf(scene, 'links'))]),
  },
  {
    id: 'prefix-missing',
    lesson,
    title: 'An address without a network around it',
    why: (scene) =>
      `${outward(scene, 'addresses')?.[0]?.address ?? ''}/32: no prefix was given, so it is the whole 32 bits. The network that this address is on ` +
      'has one member. The gateway is not in it, and a route that goes by way of a stranger is refused.',
    look: 'What did ip say about the route? And what is the number after the slash for?',
    checks: ['route'],
    beats: ['no-default-route'],
    when: (scene) => withoutRoute(scene) && outward(scene, 'addresses')?.every(({ prefix }) => prefix === 32) === true,
    evidence: (scene) => citeNoted(scene, 'addresses', outward(scene, 'addresses') ?? []),
  },
  {
    id: 'route-on-the-host',
    lesson,
    title: 'The default route was set on the host',
    why: (scene) =>
      `It is the host that now sends everything by way of ${gateways(scene, 'host routes')?.join(', ') ?? ''}${scene.check === 'card' ? '' : ', while the container has no such route'}. ` +
      'On a machine with a network that is the end of it: ssh included.',
    look: 'Each line that you give to ip acts in the network namespace that ip was started in. Go through them one by one.',
    checks: ['route', 'card'],
    beats: ['no-default-route'],
    when: (scene) => {
      const [was, is] = [gateways(scene, 'host routes before'), gateways(scene, 'host routes')];
      return was !== undefined && is !== undefined && is.some((gateway) => !was.includes(gateway));
    },
  },
  {
    id: 'no-default-route',
    lesson,
    title: 'The container knows its neighbours, and no way beyond',
    why:
      'With its address came a route to its own network, so it reaches whoever is on the bridge. For any other address the kernel has ' +
      'no route, and says "Network is unreachable" before a single packet has left.',
    look: '`ip route` in the container. Which line would match 192.0.2.1?',
    checks: ['route'],
    when: withoutRoute,
  },
  {
    id: 'bridge-inside',
    lesson,
    title: 'The bridge is in the container',
    why:
      'box had moved into the new network namespace, and everything that it started from then on was in there, too. So it built the ' +
      'whole network in the container: both ends of the cable, and the bridge. The gateway does answer: it is the container itself.',
    look: 'unshare(2) moves the caller. Where does box have to be when it makes the bridge?',
    checks: ['gateway'],
    beats: ['bridge-without-address'],
    when: (scene) => linksOf(scene, 'links')?.some(({ kind }) => kind === 'bridge') === true,
    evidence: (scene) => citeNoted(scene, 'links', linksOf(scene, 'links') ?? []),
  },
  {
    id: 'bridge-without-address',
    lesson,
    title: 'The gateway\'s address belongs to nobody',
    why: (scene) =>
      `The container sends to ${String(noted(scene, 'gateway'))}, and asks on the bridge who that is. A bridge is a switch: it passes frames on and ` +
      'has no need of an address. If the host is to take part in its network, its interface there needs one like everybody\'s.',
    look: '`ip address` on the host. On which interface would the address have to be?',
    checks: ['gateway'],
    when: (scene) => {
      const [addresses, gateway] = [outward(scene, 'host addresses'), noted(scene, 'gateway')];
      return addresses !== undefined && typeof gateway === 'string' && newBridges(scene).length > 0 && !addresses.some(({ address }) => address === gateway);
    },
    evidence: (scene) => citeNoted(scene, 'host links', newBridges(scene)),
  },
  {
    id: 'bridge-down',
    lesson,
    title: 'The bridge is not switched on',
    why: (scene) =>
      `${names(newBridges(scene))} has an address, and cables lead to it. But it is down, like every new interface, and a switch that is off passes ` +
      'nothing on, neither to the host nor from one container to the other.',
    look: 'Of all the interfaces that are made here, which ones has somebody set up?',
    checks: ['gateway'],
    when: (scene) => isDown(newBridges(scene).find(({ name }) => name === hostEnd(scene)?.master)),
    evidence: (scene) => citeNoted(scene, 'host links', newBridges(scene)),
  },
  {
    id: 'not-plugged-in',
    lesson,
    title: 'The cable ends beside the bridge',
    why: (scene) =>
      `${hostEnd(scene)?.name ?? 'The host\'s end'} is up and has carrier, and is in no bridge: it has no master. What the container sends arrives at an interface ` +
      `for which nobody feels responsible, and what the host wants to say to the container's network it sends to ${names(newBridges(scene))}.`,
    look: 'What makes an interface a port of a bridge? `bridge link` lists those that are.',
    checks: ['gateway'],
    when: (scene) => newBridges(scene).length > 0 && hostEnd(scene)?.flags.includes('UP') === true && hostEnd(scene)?.master === undefined,
    evidence: (scene) => citeNoted(scene, 'host links', [hostEnd(scene), ...newBridges(scene)]),
  },
  {
    id: 'same-address',
    lesson,
    title: 'Two containers with the same address',
    why: (scene) =>
      `Both are ${outward(scene, 'other addresses')?.[0]?.address ?? ''}. Each believes that it is the only one, and whoever asks the bridge for this address hears ` +
      'two answers and takes one. Connections break off without anybody having changed anything.',
    look: 'What does the address follow from? It has to be something that no two running containers have in common.',
    checks: ['pair'],
    when: (scene) => outward(scene, 'other addresses')?.some(({ address }) => outward(scene, 'addresses')?.some((own) => own.address === address)) === true,
    evidence: (scene) => [...citeNoted(scene, 'addresses', outward(scene, 'addresses') ?? []), ...citeNoted(scene, 'other addresses', outward(scene, 'other addresses') ?? [])],
  },
  {
    id: 'tools-in-the-container',
    lesson,
    title: 'ip was looked for in the container',
    why:
      'The root had been exchanged already, and this container has no ip. Most have none, and one that has may have an old one, or one ' +
      'that its author would like you to run as root. What sets a container up comes from the host.',
    look: 'A network namespace has nothing to do with files. Who can act in it without being in the container\'s root?',
    checks: ['pair'],
    when: (scene) => scene.runs.some((run) => gaveUp(run) && flagValue(run, '--rootfs') !== undefined) && missingTool(scene) !== undefined,
  },
  {
    id: 'namespace-kept',
    lesson,
    title: 'The namespace has a name, and lives on',
    why: (scene) =>
      `A namespace ends with its last process, unless something else holds on to it. ${leakedNamespaces(scene).map(({ mountPoint }) => mountPoint).join(' and ')} ` +
      'is a mount of one: that is how `ip netns` gives it a name. The container is gone, and its network, cable, address and all, is still there.',
    look: 'Does it need a name? If so, who takes it away, and who does if box has been killed?',
    checks: ['gone'],
    when: (scene) => leakedNamespaces(scene).length > 0,
    evidence: (scene) => citeMounts(scene.wall.after, leakedNamespaces(scene)),
  },
  {
    id: 'address-raced',
    lesson,
    title: 'Looked first, took later',
    why: (scene) =>
      `${String(noted(scene, 'crowd'))}: those who started together looked at the same moment, saw the same address free, and all took it. One at a time it ` +
      'works, and so it works until the day when a machine boots and starts everything at once.',
    look: 'To look and to take must be one step, of which only one can succeed. Which calls of the kernel are like that?',
    checks: ['crowd'],
    when: (scene) => {
      const addresses = noted(scene, 'crowd');
      return Array.isArray(addresses) && !addresses.includes('none') && new Set(addresses).size < addresses.length;
    },
  },
  {
    id: 'none-is-host',
    lesson,
    title: '--network none gives the whole network of the host',
    why:
      'No namespace was made, and without one a process is where its parent is. "None" is not the absence of a network namespace: it ' +
      'is a namespace with nothing in it.',
    look: 'Which of the three networks does without a namespace of its own?',
    checks: ['none'],
    when: (scene) => commandsOn(scene, 'none').some((command) => shareNamespace(command, hostOf(scene), 'net')),
    evidence: (scene) => citeNamespaces('net', ...commandsOn(scene, 'none'), hostOf(scene)),
  },
  {
    id: 'none-connected',
    lesson,
    title: '--network none is connected all the same',
    why: 'Somebody asked for a container that reaches nobody, perhaps because of what it is about to run. It has a cable, and reaches the host.',
    look: 'Which of the steps are for every network namespace, and which for the bridge only?',
    checks: ['none'],
    when: (scene) => commandsOn(scene, 'none').some((command) => separated(command, hostOf(scene), 'net')) && linksOf(scene, 'links')?.some((link) => isUp(link) && !link.flags.includes('LOOPBACK')) === true,
    evidence: (scene) => citeNoted(scene, 'links', (linksOf(scene, 'links') ?? []).filter(isUp)),
  },
  {
    id: 'host-isolated',
    lesson,
    title: '--network host has got a network of its own',
    why:
      '"Host" means: no network namespace. The command is to see the host\'s interfaces and to listen on the host\'s ports. It is in a ' +
      'namespace of its own, in which there are none of them.',
    look: 'Which flag of unshare depends on what was asked for?',
    checks: ['host'],
    when: (scene) => commandsOn(scene, 'host').some((command) => separated(command, hostOf(scene), 'net')),
    evidence: (scene) => citeNamespaces('net', ...commandsOn(scene, 'host'), hostOf(scene)),
  },
  {
    id: 'card-taken',
    lesson,
    title: 'The host\'s own card went into the container',
    why:
      'The host had an eth0, as most have. So making a second one failed, and the step after it, "move eth0 into the container", found ' +
      'one that it could move: the host\'s. An interface that changes its namespace loses its addresses and routes. The host is offline.',
    look: 'Which names does box use on the host, if only for a moment? And what does it do when a step has failed?',
    checks: ['card'],
    when: (scene) => scene.check === 'card' && linksOf(scene, 'host links')?.some(({ name, kind }) => name === 'eth0' && kind === 'dummy') === false,
    evidence: (scene) => citeNoted(scene, 'host links', linksOf(scene, 'host links') ?? []),
  },
  {
    id: 'name-taken',
    lesson,
    title: 'On a host that has an eth0, box does not start',
    why:
      'The same call went well a moment ago. Now the host has a card called eth0, as nearly every machine has, and two interfaces of one ' +
      'network namespace cannot have one name. The container\'s end of the cable was to be called so, and was on the host when it was named.',
    look: 'Either it gets that name where nobody else has it, or it has another one as long as it is on the host.',
    checks: ['card'],
    when: (scene) => scene.runs.some(gaveUp) && noted(scene, 'host routes before') !== undefined,
  },
  ...bridgeRules,
];

/** A request to the kernel's network that was refused with this errno, and on which box gave up. */
function refused(scene: Scene, errno: string): FailedCall | undefined {
  const requests = ['RTM_NEWLINK', 'RTM_SETLINK', 'RTM_NEWADDR', 'RTM_NEWROUTE'];
  return scene.runs.some(gaveUp) ? requests.map((name) => failedCall(scene, name, errno)).find((call) => call !== undefined) : undefined;
}
