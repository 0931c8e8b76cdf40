/** What rules ask about networks: answered from notes, and with nothing where a check noted nothing. */
import { expect, test } from 'vitest';
import { cableOf, cameToHost, citeNoted, commandsOn, gateways, hostEnd, isDown, linksOf, missingTool, newBridges, outward, withoutRoute } from '../../sandbox/diagnose/network-helpers.ts';
import type { Fact } from '../../sandbox/observe/fact.ts';
import { parseAddresses, parseLinks, parseRoutes } from '../../sandbox/observe/iproute.ts';
import { processFacts, scene } from './facts.ts';

const note = <T extends { line: string }>(value: T[]): Fact<T[]> => ({ name: 'x', value, evidence: [{ source: 's', lines: value.map(({ line }) => line) }] });
const links = (...entries: object[]) => note(parseLinks(JSON.stringify(entries)));

const lo = { ifindex: 1, ifname: 'lo', flags: ['LOOPBACK', 'UP'] };
const bridge = { ifindex: 3, ifname: 'box0', flags: [], linkinfo: { info_kind: 'bridge' } };
const port = { ifindex: 4, ifname: 'veth9', link_index: 2, link_netnsid: 0, flags: ['UP'], master: 'box0', linkinfo: { info_kind: 'veth' } };
const plug = { ifindex: 2, ifname: 'eth0', link_index: 4, link_netnsid: 0, flags: ['UP'], linkinfo: { info_kind: 'veth' } };

const known = scene([
  { asked: { flags: ['--network', 'bridge'], command: ['sleep', '1'] }, command: processFacts(412) },
  { asked: { flags: ['--network=none'], command: ['sleep', '2'] }, command: processFacts(413) },
], {
  notes: {
    'links before': links(lo), 'host links': links(lo, bridge, port), links: links(lo, plug),
    addresses: note(parseAddresses(JSON.stringify([{ ifname: 'eth0', addr_info: [
      { family: 'inet', local: '10.0.0.9', prefixlen: 24, scope: 'global' }, { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
    ] }]))),
    routes: note(parseRoutes(JSON.stringify([{ dst: '10.0.0.0/24', dev: 'eth0' }]))),
    'host routes': note(parseRoutes(JSON.stringify([{ dst: 'default', gateway: '10.0.0.1', dev: 'box0' }]))),
  },
});

test('both ends of a cable, and what has come to the host', () => {
  expect(cableOf(linksOf(known, 'links'))?.name).toBe('eth0');
  expect(hostEnd(known)?.name).toBe('veth9');
  expect(cameToHost(known).map(({ name }) => name)).toEqual(['box0', 'veth9']);
  expect(newBridges(known).map(isDown)).toEqual([true]);
  expect(citeNoted(known, 'host links', [hostEnd(known)])).toEqual([{ source: 's', lines: [expect.stringContaining('veth9')] }]);
});

test('addresses and routes', () => {
  expect(outward(known, 'addresses')?.map(({ address }) => address)).toEqual(['10.0.0.9']);
  expect(gateways(known, 'host routes')).toEqual(['10.0.0.1']);
  expect(withoutRoute(known)).toBe(true);
});

test('commands by the network they were started with', () => {
  expect([commandsOn(known, 'bridge'), commandsOn(known, 'none'), commandsOn(known, 'host')].map((all) => all.map(({ pid }) => pid))).toEqual([[412], [413], []]);
});

test('a program that was looked for in vain is no missing tool where it is the command itself', () => {
  const call = (path: string) => ({ call: `execve("${path}", …)`, name: 'execve', errno: 'ENOENT', condition: '', advice: '', certain: true, evidence: [] });
  const run = (path: string) => scene([{ asked: { flags: [], command: ['sleep', '1'] }, calls: [call(path)] }]);
  expect(missingTool(run('/bin/ip'))?.errno).toBe('ENOENT');
  expect(missingTool(run('/bin/sleep'))).toBeUndefined();
});

test('where nothing was noted, nothing is known', () => {
  const nothing = scene();
  expect([linksOf(nothing, 'links'), outward(nothing, 'addresses'), gateways(nothing, 'routes'), hostEnd(nothing), cableOf(undefined)]).toEqual(Array(5).fill(undefined));
  expect([cameToHost(nothing), newBridges(nothing), citeNoted(nothing, 'links', [])]).toEqual([[], [], []]);
  expect(withoutRoute(nothing)).toBe(false);
});
