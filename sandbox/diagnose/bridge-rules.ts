/** The rules of lesson 09 (mistakes/09-networks.ts) that are about the bridge as the one switch of many containers. */
import { citeNoted, hostEnd, linksOf, movedBridge } from './network-helpers.ts';
import type { Rule } from './rule.ts';

const lesson = '09-networks';

export const bridgeRules: readonly Rule[] = [
  {
    id: 'bridge-of-its-own',
    lesson,
    title: 'Every container has a bridge to itself',
    why: (scene) =>
      `The two cables lead to ${hostEnd(scene)?.master ?? ''} and ${hostEnd(scene, 'other links')?.master ?? ''}, which are two switches with nothing between ` +
      'them. Each container reaches the host. To reach each other they would need somebody who passes packets from one network to the other.',
    look: 'How many bridges does a host need, and who makes it, if it is the second container that comes?',
    checks: ['pair'],
    when: (scene) => {
      const [one, other] = [hostEnd(scene)?.master, hostEnd(scene, 'other links')?.master];
      return one !== undefined && other !== undefined && one !== other;
    },
    evidence: (scene) => citeNoted(scene, 'host links', [hostEnd(scene), hostEnd(scene, 'other links')]),
  },
  {
    id: 'gateway-moved',
    lesson,
    title: 'The gateway has got another hardware address',
    why: (scene) =>
      `${movedBridge(scene)?.name ?? 'The bridge'} was ${movedBridge(scene)?.before ?? ''} and is ${movedBridge(scene)?.now ?? ''}: a bridge to which nobody has given an address takes the lowest one ` +
      'of its ports, so it changes when a container comes or goes. The others go on sending to the address that they have noted ' +
      'for the gateway, and nobody hears it, until the note is too old. Who has no luck has no network for a minute.',
    look: 'Compare `ip link show` of the bridge, before and after, with `ip neigh` in the container. Which of a bridge\'s properties can be said when it is made?',
    checks: ['steady'],
    when: (scene) => scene.check === 'steady' && movedBridge(scene) !== undefined,
    evidence: (scene) => citeNoted(scene, 'plugged in', (linksOf(scene, 'plugged in') ?? []).filter(({ name }) => name === movedBridge(scene)?.name)),
  },
];
