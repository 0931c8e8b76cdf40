/** What rules ask about packet filters, ports and names. */
import { expect, test } from 'vitest';
import { cameTo, droppedByPolicy, forwards, listenersAt, rulesFor, serversIn, straightBack, textOf, unanswerable } from '../../sandbox/diagnose/reach-helpers.ts';
import { fact } from '../../sandbox/observe/fact.ts';
import { scene } from './facts.ts';

const known = (notes: Record<string, unknown>) => scene([], { notes: Object.fromEntries(Object.entries(notes).map(([key, value]) => [key, fact(key, value, 'somewhere', [])])) });
const nothing = known({});

test('rules for a port, in both tongues, and of one chain', () => {
  const lines = ['[0:0] -A PREROUTING -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80', '[0:0] -A OUTPUT -p tcp -m tcp --dport 80801 -j DNAT', 'tcp dport 8080 dnat to 10.0.0.2:80'];
  expect(rulesFor(known({ 'packet filter': lines }), 8080)).toEqual([lines[0], lines[2]]);
  expect(rulesFor(known({ 'packet filter': lines }), 8080, 'PREROUTING')).toEqual([lines[0]]);
});

test('a policy that has dropped something', () => {
  expect(droppedByPolicy(known({ 'packet filter': [':FORWARD DROP [0:0]'] }))).toBeUndefined();
  expect(droppedByPolicy(known({ 'packet filter': [':INPUT DROP [3:9]', ':FORWARD DROP [12:720]'] }))).toBe(':FORWARD DROP [12:720]');
});

test('an answer that goes past the host', () => {
  const line = (to: string) => `ipv4 2 tcp 6 119 SYN_SENT src=10.0.0.5 dst=203.0.113.1 sport=4000 dport=8080 [UNREPLIED] src=10.0.0.5 dst=${to} sport=80 dport=4000 mark=0 use=1`;
  const about = { containers: ['10.0.0.5'], port: { outer: 8080, inner: 80 } };
  expect(straightBack(known({ ...about, connections: [line('10.0.0.5')] }))).toBe(line('10.0.0.5'));
  expect(straightBack(known({ ...about, connections: [line('10.0.0.1')] }))).toBeUndefined();
});

test('listeners, and servers in a text', () => {
  expect(listenersAt(known({ listening: [{ address: '127.0.0.1', port: 80, line: '' }, { address: '0.0.0.0', port: 81, line: '' }] }), 80)).toEqual(['127.0.0.1']);
  expect(serversIn('nameserver 127.0.0.53\n#nameserver 1.1.1.1\n')).toEqual(['127.0.0.53']);
});

test('nothing is known where nobody has looked', () => {
  const all = [cameTo(nothing), forwards(nothing), unanswerable(nothing), droppedByPolicy(nothing), listenersAt(nothing, 80), straightBack(nothing), textOf(nothing, 'hosts'), serversIn(undefined)];
  expect(all).toEqual(Array(all.length).fill(undefined));
  expect(rulesFor(nothing, 80)).toEqual([]);
});
