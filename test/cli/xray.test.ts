/** `drydock xray`: text, JSON, what it starts and ends, and what it says where there is nothing. */
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { XraySchema } from '../../sandbox/wire/xray.ts';
import type { RunHandle, Sandbox } from '../../src/check/types.ts';
import { type Ending, type Xray, commandLine } from '../../src/check/wire.ts';
import { detail, noContainer, running, xrayOf } from '../tui/xray-sample.ts';
import { JudgedWorld } from './judged-world.ts';

type RunRequest = Parameters<Sandbox['run']>[0];

/** A sandbox where a container runs as soon as one is started, and ends when it is finished. */
function startable(ends?: { ending: Ending; said: string }) {
  const asked: RunRequest[] = [];
  const state = { finished: 0, running: false };
  const run = (request: RunRequest, onOutput: Parameters<Sandbox['run']>[1]): RunHandle => {
    asked.push(request);
    const { promise, resolve } = Promise.withResolvers<{ ending: Ending; leftovers: [] }>();
    if (ends) {
      onOutput('stderr', Buffer.from(ends.said));
      resolve({ ending: ends.ending, leftovers: [] });
    } else {
      state.running = true;
    }
    const none = (): void => {};
    return {
      write: none, end: none, resize: none, signal: none, started: Promise.resolve(ends ? undefined : 3), ended: promise,
      finish: () => {
        state.finished += 1;
        state.running = false;
        resolve({ ending: { code: 137, signal: null }, leftovers: [] });
      },
    };
  };
  const command = (): string => commandLine(asked[0]?.argv.slice((asked[0]?.argv.indexOf('--') ?? 0) + 1) ?? []);
  const xray = async (): Promise<Xray> => (state.running ? xrayOf({ ...detail, processes: [running(12, { command: command() })] }, performance.now()) : noContainer);
  return { asked, state, run, xray };
}

describe('a container that runs', () => {
  test('as text, every section, 80 columns at most; the host of the picture is not started anew', async () => {
    using world = new JudgedWorld({ xray: async () => xrayOf(detail, performance.now()) });
    const { status, out, err } = await world.drydock('xray');
    expect(status).toBe(0);
    for (const some of ['X-ray: web, process 12', 'Namespaces\n──────────', 'Processes\n', 'Capabilities\n', 'Mounts\n', 'Cgroup\n', 'Network\n', '/proc/12/mountinfo', '◀──▶']) expect(out).toContain(some);
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    // A rate needs two looks.
    expect(out).toMatch(/cpu +0 % of a processor/);
    expect(err).not.toContain('X-ray');
    expect(world.closed).toBe(1);
  });

  test('as JSON, as the schema has it', async () => {
    using world = new JudgedWorld({ xray: async () => xrayOf({ ...detail, name: 'a\u001B[2J\u202E' }) });
    const { status, out } = await world.drydock('xray', '--json');
    expect(status).toBe(0);
    expect(out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
    expect(v.parse(XraySchema, JSON.parse(out)).container?.name).toBe('a\u001B[2J\u202E');
  });

  test('by name; only some sections; the others are named', async () => {
    const looks: (string | undefined)[] = [];
    const other = { id: 'pid:[7]', name: 'other', pid: 30, inside: 1, command: 'sleep 9' };
    using world = new JudgedWorld({
      xray: async (of) => {
        looks.push(of);
        return xrayOf(detail, performance.now(), [other]);
      },
    });
    const { out } = await world.drydock('xray', '--only', 'cgroup', '--only', 'namespaces', 'web');
    expect(new Set(looks)).toEqual(new Set(['web']));
    expect(out.match(/^[A-Z][a-z]+(?=\n─)/gm)).toEqual(['Namespaces', 'Cgroup']);
    expect(out).toContain('Other containers\n  other, process 30: sleep 9');
  });

  test('watched in a pipe: one after the other, until it ends; as JSON a line each', async () => {
    let looks = 0;
    const xray = async (): Promise<Xray> => (++looks > 2 ? noContainer : xrayOf(detail, performance.now()));
    using world = new JudgedWorld({ xray });
    const began = performance.now();
    const { status, out } = await world.drydock('xray', '--watch', '--json');
    expect(performance.now() - began).toBeGreaterThan(1500);
    expect(status).toBe(0);
    expect(out.trimEnd().split('\n').map((line) => (JSON.parse(line) as Xray).schema)).toEqual(['drydock.xray/1', 'drydock.xray/1']);
  });

  test('Ctrl-C ends the watching', async () => {
    using world = new JudgedWorld({ xray: async () => xrayOf(detail, performance.now()) });
    const watching = world.drydock('xray', '--watch');
    setTimeout(() => world.interrupt.abort(), 50);
    expect((await watching).status).toBe(130);
    expect(world.closed).toBe(1);
  });
});

describe('nothing to see', () => {
  test('says so, how to get something, and exits 1', async () => {
    using world = new JudgedWorld({ xray: async () => noContainer });
    const { status, out, err } = await world.drydock('xray');
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/drydock: No container runs in the sandbox.*\n {2}→ drydock xray --start[\s\S]*→ drydock box run/);
  });

  test('a name that nothing has is answered with the names there are', async () => {
    using world = new JudgedWorld({ xray: async () => ({ ...xrayOf(), container: null }) });
    expect(await world.drydock('xray', 'wbe')).toMatchObject({ status: 1, err: expect.stringContaining('→ There are web (process 12).') });
    const json = await world.drydock('xray', '--json', 'wbe');
    expect(JSON.parse(json.out)).toMatchObject({ schema: 'drydock.error/1', exit: 1 });
  });

  test.each([
    [['--only', 'mount'], 'no section "mount"', 'Did you mean mounts?'],
    [['web', 'db'], 'Only `box run` starts a container', 'drydock xray NAME'],
    [['--', 'ps', '-a'], 'Only `box run` starts a container', 'drydock xray -- run'],
    [['--start', 'web'], 'not both', 'drydock xray --help'],
  ])('%j', async (args, message, next) => {
    using world = new JudgedWorld({});
    const { status, err } = await world.drydock('xray', ...args);
    expect(status).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain(next);
  });
});

describe('one that is started for it', () => {
  test('runs box with the words after --, looks, and ends it', async () => {
    const played = startable();
    using world = new JudgedWorld(played);
    const { status, out } = await world.drydock('xray', '--only', 'processes', '--', 'run', '--hostname', 'c', '--', 'sleep', '60');
    expect(status).toBe(0);
    expect(played.asked[0]).toMatchObject({ wall: 'playground', argv: ['box', 'run', '--hostname', 'c', '--', 'sleep', '60'] });
    expect(played.asked[0]?.box?.map(({ path }) => path)).toEqual(['box.ts']);
    expect(out).toContain('sleep 60');
    expect(played.state).toMatchObject({ finished: 1, running: false });
  });

  test('--start takes the flags of the lesson one is at', async () => {
    const played = startable();
    using world = new JudgedWorld(played);
    expect((await world.drydock('xray', '--start')).status).toBe(0);
    // Nothing has been started yet: it is the first lesson.
    expect(played.asked[0]?.argv).toEqual(['sh', '-c', 'exec box "$@"', 'sh', 'run', '--', 'sh', '-c', expect.any(String)]);
    expect(played.state.finished).toBe(1);
  });

  test('a box that ends first: how, and what it said', async () => {
    using world = new JudgedWorld(startable({ ending: { code: 125, signal: null }, said: 'box: \u001B[31mno such file\n' }));
    const { status, err } = await world.drydock('xray', '--', 'run', '--', 'sleep', '60');
    expect(status).toBe(1);
    expect(err).toContain('Your box ended before there was a container to see: exit status 125.');
    expect(err).toContain('It said: box: no such file');
  });

  test('is ended, too, when one leaves', async () => {
    const played = startable();
    using world = new JudgedWorld(played);
    const watching = world.drydock('xray', '--watch', '--', 'run', '--', 'sleep', '60');
    await vi.waitFor(() => expect(played.state.running).toBe(true));
    setTimeout(() => world.interrupt.abort(), 300);
    expect((await watching).status).toBe(130);
    expect(played.state.finished).toBe(1);
  });
});
