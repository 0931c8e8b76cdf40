import { describe, expect, test } from 'vitest';
import { Relay } from '../../sandbox/launch/relay.ts';

describe('the relay', () => {
  test('keeps the ids of different clients apart, in both directions', () => {
    const relay = new Relay();
    expect(relay.fromClient(1, { op: 'census', id: '7' })).toEqual([{ to: 'agent', message: { op: 'census', id: '1:7' } }]);
    expect(relay.fromClient(2, { op: 'census', id: '7' })).toEqual([{ to: 'agent', message: { op: 'census', id: '2:7' } }]);
    expect(relay.fromAgent({ id: '2:7', event: 'note', text: 'x' })).toEqual([{ to: 2, message: { id: '7', event: 'note', text: 'x' } }]);
    expect(relay.fromAgent({ id: '1:7', event: 'done', value: { op: 'ok' } })).toEqual([{ to: 1, message: { id: '7', event: 'done', value: { op: 'ok' } } }]);
    expect(relay.open).toBe(1);
    expect(relay.hasOpen(1)).toBe(false);
  });

  test('hands out one ending, whatever the agent says afterwards', () => {
    const relay = new Relay();
    relay.fromClient(1, { op: 'census', id: '1' });
    relay.fromAgent({ id: '1:1', event: 'done', value: { op: 'ok' } });
    expect(relay.fromAgent({ id: '1:1', event: 'done', value: { op: 'ok' } })).toEqual([]);
    expect(relay.fromAgent({ id: '1:1', event: 'note', text: 'late' })).toEqual([]);
  });

  test('refuses an id that is still open, and leaves the open one alone', () => {
    const relay = new Relay();
    relay.fromClient(1, { op: 'census', id: '1' });
    expect(relay.fromClient(1, { op: 'hello', id: '1' })).toEqual([
      { to: 1, message: { id: '1', event: 'failed', reason: 'usage', message: 'the request 1 is still open' } },
    ]);
    expect(relay.open).toBe(1);
  });

  test('translates the target of a follow-up, and does not wait for its answer', () => {
    const relay = new Relay();
    relay.fromClient(3, { op: 'run', wall: 'fresh', argv: ['sh'], id: '1' });
    expect(relay.fromClient(3, { op: 'input', target: '1', base64: 'eA==', id: 'f2' })).toEqual([
      { to: 'agent', message: { op: 'input', target: '3:1', base64: 'eA==', id: '3:f2' } },
    ]);
    expect(relay.open).toBe(1);
  });

  test('cancels what a vanished client had asked for, and only that', () => {
    const relay = new Relay();
    relay.fromClient(1, { op: 'census', id: '1' });
    relay.fromClient(2, { op: 'census', id: '1' });
    expect(relay.clientGone(1)).toEqual([{ to: 'agent', message: { op: 'cancel', id: 'keeper:cancel:1:1', target: '1:1' } }]);
    expect(relay.fromAgent({ id: '1:1', event: 'failed', reason: 'cancelled', message: '' })).toEqual([]);
    expect(relay.open).toBe(1);
  });

  test('fails everything when the kernel is lost', () => {
    const relay = new Relay();
    relay.fromClient(1, { op: 'census', id: '1' });
    relay.fromClient(2, { op: 'census', id: '5' });
    const failed = { event: 'failed', reason: 'kernel', message: 'gone' } as const;
    expect(relay.failAll(failed)).toEqual([{ to: 1, message: { ...failed, id: '1' } }, { to: 2, message: { ...failed, id: '5' } }]);
    expect(relay.open).toBe(0);
  });
});
