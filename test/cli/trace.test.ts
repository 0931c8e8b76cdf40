/** `drydock trace`: asks before the reference is shown, follows both, says the difference; a sandbox that is played. */
import { describe, expect, test } from 'vitest';
import type { TraceRun } from '../../src/check/wire.ts';
import { reference, runOf, stepOf } from '../trace/sample.ts';
import { JudgedWorld } from './judged-world.ts';

const lacking = runOf(reference.map((call) => call.replace('MS_REC|MS_PRIVATE', 'MS_PRIVATE')));

/** Answers with these runs, one after the other, and keeps what it was asked. */
function playing(...runs: TraceRun[]) {
  const asked: { argv: string[]; files: number; setup: boolean }[] = [];
  const world = new JudgedWorld({
    trace: async ({ argv, box, setup }) => {
      asked.push({ argv, files: box.length, setup: setup !== undefined });
      const run = runs[asked.length - 1];
      if (run === undefined) throw new Error('nothing more was expected');
      return run;
    },
  });
  return { world, asked };
}

describe('the comparison', () => {
  test('mine, then the reference; the first difference', async () => {
    const { world, asked } = playing(lacking, runOf(reference));
    using _world = world;
    const { status, out, err } = await world.drydock('trace', '5', '--yes', '--workspace', world.workspace);
    expect(status).toBe(0);
    expect(out).toMatch(/^05-root: box run --hostname hold --rootfs \/tmp\/image -- true\n/);
    expect(out).toContain('Your mount goes without MS_REC.');
    expect(err).toContain('Following your box …\nFollowing the reference …\n');
    const argv = ['node', '/work/box/box.ts', 'run', '--hostname', 'hold', '--rootfs', '/tmp/image', '--', 'true'];
    expect(asked).toEqual([{ argv, files: 1, setup: true }, { argv, files: expect.any(Number) as number, setup: true }]);
    expect(asked[1]!.files).toBeGreaterThan(5);
    expect(world.closed).toBe(1);
  });

  test('is half of an answer: without --yes and without somebody to ask it is not shown', async () => {
    const { world, asked } = playing();
    using _world = world;
    const { status, out, err } = await world.drydock('trace', '5', '--workspace', world.workspace);
    expect([status, out, asked]).toEqual([2, '', []]);
    expect(err).toContain('has not passed yet');
  });

  test('as JSON', async () => {
    const { world } = playing(lacking, runOf(reference));
    using _world = world;
    const { out } = await world.drydock('trace', '5', '--yes', '--json', '--workspace', world.workspace);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'drydock.trace/1', lesson: '05-root', command: 'box run --hostname hold --rootfs /tmp/image -- true', kernel: { kind: 'uml' },
      mine: { steps: lacking.steps }, reference: { steps: expect.any(Array) as unknown[] }, difference: { row: 4 },
    });
  });
});

describe('the timeline', () => {
  test('needs no reference and no confirmation', async () => {
    const { world, asked } = playing(runOf([stepOf('sethostname("\u001b[31mx", 4)')]));
    using _world = world;
    const { status, out } = await world.drydock('trace', '2', '--timeline', '--workspace', world.workspace);
    expect([status, asked.length]).toEqual([0, 1]);
    expect(out).toContain('Step 1 of 1  box.ts run (process 1)\n  sethostname("␛[31mx", 4) = 0\n  namespaces  as before\n');
  });
});

describe('what is traced', () => {
  test('another command, and a box in another language', async () => {
    const { world, asked } = playing(lacking);
    using _world = world;
    await world.drydock('trace', '4', '--timeline', '--box', 'python3 box.py', '--workspace', world.workspace, '--', 'run', '--hostname', 'x', '--', 'id', '-u');
    expect(asked[0]!.argv).toEqual(['/bin/sh', '-c', 'exec python3 box.py "$@"', 'box', 'run', '--hostname', 'x', '--', 'id', '-u']);
  });

  test('a word too many', async () => {
    const { world } = playing();
    using _world = world;
    const { status, err } = await world.drydock('trace', '4', '5', '--workspace', world.workspace);
    expect([status, err.includes('does not know what to do with "5"')]).toEqual([2, true]);
  });
});
