/** Lesson 10: packets that find no way, ports that lead nowhere, and names that nobody has told. */
import { noted } from '../helpers.ts';
import { nameRules } from '../name-rules.ts';
import { cameTo, citeLines, droppedByPolicy, filterLines, forwards, listenersAt, publishedPort, rulesFor, straightBack, unanswerable } from '../reach-helpers.ts';
import type { Rule } from '../rule.ts';

const lesson = '10-reach';

export const rules: readonly Rule[] = [
  {
    id: 'not-forwarding',
    lesson,
    title: 'The host passes nothing on',
    why:
      'The container\'s packet came to the gateway, and there it ended: it is for somebody else, and a host throws such things away, unless ' +
      'it has been told to be a router. So the gateway answers a ping, and nobody behind it does.',
    look: 'ip-sysctl, the kernel\'s own page, lists the switches of /proc/sys/net/ipv4. It is one of the first.',
    checks: ['out'],
    when: (scene) => forwards(scene) === false,
  },
  {
    id: 'not-masqueraded',
    lesson,
    title: 'The packets go out, and no answer finds back',
    why: (scene) =>
      `Out there ${unanswerable(scene)} packets came in that nobody could answer: the address they came from belongs to a network that exists only ` +
      'on this host. To answer, one would need a route to it. Nobody out there has one, and nobody there will be persuaded to make one.',
    look: 'From which address would they have to come, so that the answer comes at least to this host? Where in the packet filter does one change that?',
    checks: ['out'],
    when: (scene) => forwards(scene) === true && (unanswerable(scene) ?? 0) > 0,
  },
  {
    id: 'forward-dropped',
    lesson,
    title: 'The host\'s firewall drops what is passed on',
    why: (scene) =>
      `"${droppedByPolicy(scene)}": that many packets found no rule in the chain FORWARD that was for them, and then its policy holds. ` +
      'To be allowed to forward (the sysctl) is one thing; the packet filter is asked as well, for each packet, in both directions.',
    look: 'Through which interface does a packet of the container come in, and through which does the answer go out? Each is a packet of its own.',
    checks: ['out'],
    when: (scene) => forwards(scene) === true && unanswerable(scene) === 0 && droppedByPolicy(scene) !== undefined,
    evidence: (scene) => citeLines(scene, 'packet filter', [droppedByPolicy(scene)]),
  },
  {
    id: 'ports-swapped',
    lesson,
    title: 'The two ports of -p have changed places',
    why: (scene) =>
      `Asked for was -p ${publishedPort(scene)?.outer}:${publishedPort(scene)?.inner}: port ${publishedPort(scene)?.outer} of the host. What there is leads from port ` +
      `${publishedPort(scene)?.inner} of the host. As long as one tests with 8080:8080, both are right.`,
    look: 'Outside first, inside second, as in -v HOST:CONTAINER.',
    checks: ['published'],
    beats: ['published-nowhere'],
    when: (scene) => {
      const port = publishedPort(scene);
      return port !== undefined && rulesFor(scene, port.outer).length === 0 && listenersAt(scene, port.outer)?.length === 0 &&
        (rulesFor(scene, port.inner).length > 0 || (listenersAt(scene, port.inner)?.length ?? 0) > 0);
    },
    evidence: (scene) => citeLines(scene, 'packet filter', rulesFor(scene, publishedPort(scene)?.inner)),
  },
  {
    id: 'published-nowhere',
    lesson,
    title: 'On the host nobody knows of the port',
    why:
      'The host answered "connection refused": it looked for somebody who listens at this port, and there is nobody, and no rule that would have sent ' +
      'the packet on before. That the container listens at its own port is something that only its own network knows.',
    look: 'Either somebody listens there, on the host, or the packet is turned towards the container before the host looks for a listener.',
    checks: ['published'],
    when: (scene) =>
      cameTo(scene) === 'refused' && rulesFor(scene, publishedPort(scene)?.outer).length === 0 && listenersAt(scene, publishedPort(scene)?.outer)?.length === 0,
  },
  {
    id: 'published-dropped',
    lesson,
    title: 'The packet was turned towards the container, and then dropped',
    why: (scene) =>
      'The rule for the port did its work: the packet\'s destination became the container. With that it was no longer for the host, but one to be passed ' +
      `on, and so the chain FORWARD was asked, which lets in only what belongs to a conversation that the container has begun. "${droppedByPolicy(scene)}".`,
    look: 'How does a packet that a published port let in differ from one that somebody just sends to the container? conntrack knows (iptables-extensions(8)).',
    checks: ['published'],
    when: (scene) => cameTo(scene) === 'no answer' && droppedByPolicy(scene) !== undefined && rulesFor(scene, publishedPort(scene)?.outer).length > 0,
    evidence: (scene) => citeLines(scene, 'packet filter', [droppedByPolicy(scene), ...rulesFor(scene, publishedPort(scene)?.outer)]),
  },
  {
    id: 'listens-on-loopback',
    lesson,
    title: 'Somebody listens at the port, on 127.0.0.1 only',
    why:
      'A socket listens at an address, and 127.0.0.1 is the one that can be reached from the same machine by that very address, and in no other ' +
      'way. Whoever comes by the host\'s own address, even from the host itself, is told that nobody is there.',
    look: 'Which address means "all that I have"?',
    checks: ['published', 'own-address', 'hairpin'],
    when: (scene) => {
      const at = listenersAt(scene, publishedPort(scene)?.outer);
      return cameTo(scene) === 'refused' && at !== undefined && at.length > 0 && at.every((address) => address === '127.0.0.1');
    },
    evidence: (scene) => scene.notes['listening']?.evidence ?? [],
  },
  {
    id: 'relay-to-nobody',
    lesson,
    title: 'The door is open, and behind it is nobody',
    why:
      'The connection was accepted on the host, and closed at once: whoever listens there found nobody to pass it on to. 127.0.0.1 and localhost are ' +
      'whoever asks. A relay that runs on the host and connects to them calls on the host.',
    look: 'In which network namespace does the relay run, and what is the container called from there?',
    checks: ['published'],
    when: (scene) => cameTo(scene) === 'cut off' && (listenersAt(scene, publishedPort(scene)?.outer)?.length ?? 0) > 0 && rulesFor(scene, publishedPort(scene)?.outer).length === 0,
    evidence: (scene) => scene.notes['listening']?.evidence ?? [],
  },
  {
    id: 'only-from-outside',
    lesson,
    title: 'The rule is only for packets that come in',
    why:
      'PREROUTING is the chain for packets that arrive at an interface. What the host itself sends never arrives: it begins here, and goes through ' +
      'OUTPUT. So the same address leads to the container for everybody in the world but the host.',
    look: 'The picture of the chains: where does a packet of the host\'s own begin?',
    checks: ['own-address'],
    when: (scene) =>
      cameTo(scene) === 'refused' && rulesFor(scene, publishedPort(scene)?.outer, 'PREROUTING').length > 0 && rulesFor(scene, publishedPort(scene)?.outer, 'OUTPUT').length === 0 &&
      listenersAt(scene, publishedPort(scene)?.outer)?.every((address) => address.startsWith('127.') && address !== '127.0.0.1') === true,
    evidence: (scene) => citeLines(scene, 'packet filter', rulesFor(scene, publishedPort(scene)?.outer)),
  },
  {
    id: 'loopback-cannot-leave',
    lesson,
    title: 'What comes from 127.0.0.1 is not let out of lo',
    why:
      'The packet was turned towards the container, but its source is 127.0.0.1, which is everybody\'s own address. The kernel lets no such packet ' +
      'out through any interface but lo, as no answer could ever come back, and with good reason: see what happens to those who switch that off.',
    look: 'Two ways: a switch for each interface (route_localnet in ip-sysctl; read what it says of it), or nobody sends a packet from 127.0.0.1 to a container.',
    checks: ['localhost'],
    when: (scene) =>
      rulesFor(scene, publishedPort(scene)?.outer, 'OUTPUT').length > 0 && (noted(scene, 'local routes') as unknown[] | undefined)?.every((value) => value === 0) === true,
    evidence: (scene) => citeLines(scene, 'packet filter', rulesFor(scene, publishedPort(scene)?.outer, 'OUTPUT')),
  },
  {
    id: 'loopback-address-kept',
    lesson,
    title: 'The container got a packet from 127.0.0.1',
    why:
      'route_localnet let it out, and it arrived, still with 127.0.0.1 as its source. For the container that is its own address. A packet from oneself ' +
      'that comes in by cable is a lie, and is thrown away.',
    look: 'Where the destination is changed on the way out, what has to become of the source?',
    checks: ['localhost'],
    when: (scene) =>
      rulesFor(scene, publishedPort(scene)?.outer, 'OUTPUT').length > 0 && (noted(scene, 'local routes') as unknown[] | undefined)?.includes(1) === true,
    evidence: (scene) => citeLines(scene, 'packet filter', rulesFor(scene, publishedPort(scene)?.outer, 'OUTPUT')),
  },
  {
    id: 'hairpin-not-masqueraded',
    lesson,
    title: 'The answer takes the short way, and is not recognized',
    why:
      'A container called on the host\'s address, and the rule sent its packet back to the same bridge. There the answer goes straight to the asker, past the ' +
      'host: from an address that it has never called. (And where it was its own, to itself.) The host, which would have changed the address back, never sees it: UNREPLIED.',
    look: 'What makes the answer go by way of the host? It goes to whoever seems to have sent the question.',
    checks: ['hairpin'],
    when: (scene) => straightBack(scene) !== undefined,
    evidence: (scene) => citeLines(scene, 'connections', [straightBack(scene)]),
  },
  {
    id: 'published-twice',
    lesson,
    title: 'Two containers have the same port of the host',
    why:
      'The second one runs, and was told nothing. Of two rules for one port the first in the chain gets every packet, and the other none. Who is whose first ' +
      'depends on the order of the starts, and on who was stopped last.',
    look: 'Who can say, in one step and for everybody, that a port is taken? The kernel does it all day, and not only for containers.',
    checks: ['taken'],
    when: (scene) => noted(scene, 'second one runs') === true,
  },
  {
    id: 'published-without-network',
    lesson,
    title: 'A port was published of a container that nobody can reach',
    why: 'With --network none there is no cable, so no packet will ever come to that port. Whoever has typed this believes that it works, and finds out elsewhere.',
    look: 'Which of the words on the command line contradict each other? cli.ts is where one can say so.',
    checks: ['no-network'],
    when: (scene) => noted(scene, 'it runs') === true,
  },
  {
    id: 'rule-left',
    lesson,
    title: 'The rule has outlived its container',
    why: (scene) =>
      `The cable went with the namespace, but a rule belongs to the host: "${(filterLines(scene, 'rules left') ?? [])[0]?.replace(/^\[\d+:\d+\] /, '') ?? ''}". Whoever calls this port is sent to an ` +
      'address that is nobody\'s, until some other container gets it: then that one\'s port is published, and nobody has asked for it.',
    look: 'What box adds to the host\'s tables it has to take back, in whatever way the command ends.',
    checks: ['port-free'],
    when: (scene) => (filterLines(scene, 'rules left') ?? []).some((line) => /DNAT|dnat/.test(line)),
    evidence: (scene) => citeLines(scene, 'rules left', filterLines(scene, 'rules left') ?? []),
  },
  {
    id: 'relay-left',
    lesson,
    title: 'Somebody still listens at the port',
    why:
      'The container has ended, and the process that served its port goes on: it accepts connections, for nobody. The port stays taken, and the next start fails with ' +
      '"address already in use", by a process that no list of containers shows.',
    look: 'Whose child is it, and who ends it? A process is not ended by its parent\'s end.',
    checks: ['port-free'],
    when: (scene) => (listenersAt(scene, publishedPort(scene)?.outer)?.length ?? 0) > 0,
    evidence: (scene) => scene.notes['listening']?.evidence ?? [],
  },
  ...nameRules,
];
