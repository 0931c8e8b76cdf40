/** The X-ray from a look at the kernel to lines: history, plots, sections. Pure. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, lineText, lineWidth } from '../../src/tui/text/line.ts';
import { MOST_SAMPLES, noHistory, remember } from '../../src/tui/xray/history.ts';
import { plot, topOf } from '../../src/tui/xray/plot.ts';
import { layoutSections, sectionIds } from '../../src/tui/xray/sections.ts';
import { branches, bytes } from '../../src/tui/xray/words.ts';
import { anyDetail, detail, mount, xrayOf } from './xray-sample.ts';

const texts = (lines: readonly Line[]): string[] => lines.map((parts) => lineText(parts).trimEnd());
const section = (id: (typeof sectionIds)[number], of = detail, width = 76): string => texts(layoutSections(of, remember(noHistory, xrayOf(of)), width, { only: [id] })[0]?.lines ?? []).join('\n');

describe('history', () => {
  const at = (time: number, cpu: number, bytes: number, source = 'cpu.stat') => xrayOf({
    ...detail, gauges: { ...detail.gauges, cpu: { value: cpu, limit: null, source } },
    network: detail.network && { ...detail.network, container: { ...detail.network.container, interfaces: [{ ...detail.network.container.interfaces[1]!, received: { bytes, packets: 1, dropped: 0 } }] } },
  }, time);

  test('rates are what has come since the look before, by the kernel’s clock', () => {
    const history = [at(1000, 0, 0), at(2000, 250_000, 1000), at(4000, 750_000, 1000)].reduce(remember, noHistory);
    expect(history.samples.map(({ cpu, received }) => [cpu, received])).toEqual([[null, null], [0.25, 1000], [0.25, 0]]);
  });

  test('a counter that falls, and one from another file, is no use', () => {
    const history = [at(1000, 500_000, 10), at(2000, 100_000, 5), at(3000, 900_000, 5, 'other')].reduce(remember, noHistory);
    expect(history.samples.map(({ cpu }) => cpu)).toEqual([null, 0, null]);
  });

  test('another container begins anew; no container, and the same moment twice, change nothing', () => {
    const one = remember(noHistory, at(1000, 0, 0));
    expect(remember(one, xrayOf(null))).toBe(one);
    expect(remember(one, at(1000, 0, 0))).toEqual(one);
    expect(remember(remember(one, at(2000, 0, 0)), xrayOf({ ...detail, id: 'pid:[9]' }, 3000)).samples).toHaveLength(1);
  });

  test('memory that was counted in another way is not comparable', () => {
    const summed = { ...detail, gauges: { ...detail.gauges, memory: { value: 9, limit: null, source: 'VmRSS in /proc/PID/status' } } };
    expect([xrayOf(summed, 1000), xrayOf(summed, 2000), xrayOf(detail, 3000)].reduce(remember, noHistory).samples).toMatchObject([{ at: 3000 }]);
  });

  test('it does not grow without end', () => {
    let history = noHistory;
    for (let time = 1; time < MOST_SAMPLES + 50; time++) history = remember(history, at(time * 1000, time, 0));
    expect(history.samples).toHaveLength(MOST_SAMPLES);
    expect(history.samples.at(-1)?.at).toBe((MOST_SAMPLES + 49) * 1000);
  });
});

describe('plots', () => {
  test('the newest value is at the right end, zero is a mark, what is not known is blank', () => {
    expect(plot([0, 1, null, 4, 8], 8, 7, 1)).toEqual(['  ▁▁ ▄█']);
    expect(plot([0, 8, 16], 16, 3, 2)).toEqual(['  █', '▁██']);
  });

  test('always so many rows of so many cells', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.double())), fc.double({ min: 0.001, max: 1e18, noNaN: true }), fc.nat(200), fc.integer({ min: 1, max: 4 }), (values, top, width, rows) => {
      const drawn = plot(values, top, width, rows);
      expect(drawn).toHaveLength(rows);
      for (const row of drawn) expect([...row]).toHaveLength(width);
    }));
  });

  test.each([[[1, 3], null, 1, 4], [[10, 30], 64, 1, 64], [[1, 2], 64, 1, 2], [[90], 64, 1, 90], [[], null, 5, 8], [[null, 0], null, 1, 1]])('%j with limit %j reaches up to %j', (values, limit, least, top) => {
    expect(topOf(values, limit, least)).toBe(top);
  });
});

test.each([[0, '0 B'], [1023, '1023 B'], [1536, '1.5 KiB'], [64 * 1024 * 1024, '64.0 MiB']])('%i bytes are %s', (count, words) => {
  expect(bytes(count)).toBe(words);
});

test('branches of a tree', () => {
  expect(branches([0, 1, 2, 2, 1, 0])).toEqual(['', '├─ ', '│  ├─ ', '│  └─ ', '└─ ', '']);
});

describe('sections', () => {
  test('namespaces: both inode numbers, in words whether they differ, and the files', () => {
    expect(section('namespaces')).toMatch(/from \/proc\/1\/ns\/\*, \/proc\/12\/ns\/\*/);
    expect(section('namespaces')).toMatch(/uts +4026532107 +4026532157 +different +CLONE_NEWUTS/);
    expect(section('namespaces')).toMatch(/user +(\d+) +\1 +same/);
    expect(section('namespaces')).toMatch(/time +– +– +not in this kernel/);
    expect(section('namespaces')).toContain('6 of 7 are its own.');
    expect(section('namespaces')).toContain('The host is called drydock, the container web.');
  });

  test('processes: a tree with both pids; who started it stands outside; a zombie is one', () => {
    expect(section('processes').split('\n').slice(2)).toEqual([
      '4       –       sleeps   1.7 MiB    node box.ts run --name web -- sleep 1000',
      '12      1       sleeps   1.7 MiB    └─ sleep 1000',
      '20      9       zombie   –             ├─ (sleep)',
      '21      10      sleeps   1.7 MiB       └─ sleep 1000',
      'The line without a pid inside is who started it: it is outside.',
    ]);
    expect(section('processes', detail, 38)).toMatch(/^12 +1 +└─ sleep 1000$/m);
  });

  test('capabilities: all, none, those there are, those that are missing', () => {
    const text = section('capabilities');
    expect(text).toMatch(/effective +1 of 3: CHOWN\npermitted +all 3\nbounding +2 of 3: all but BPF\ninheritable +none/);
    expect(text).toContain('user 0, group without a number there · no_new_privs is on · seccomp filters.');
    expect(text).toContain('the host’s.');
  });

  test('mounts: the tree with propagation, what is covered, and the layers, topmost first', () => {
    const text = section('mounts');
    expect(text).toMatch(/┌ upper +\/up +writes go here\n├ lower +\/top +topmost\n├ lower +\/middle\n└ lower +\/base +bottom\n +work +\/work\noptions rw userxattr/);
    expect(text).toMatch(/├─ mnt +tmpfs +shared:1 both ways with the host {2}rw|└─ mnt +tmpfs +shared:1 both ways with the host {2}rw/);
    expect(text).toMatch(/a +tmpfs +master:1 from the host {2}rw {2}← \/there/);
    expect(text).toContain('private, covered');
    const after = { ...detail, mounts: { ...detail.mounts!, rootIsMount: false, overlays: [], list: [mount('/proc', { depth: 0 })] } };
    expect(section('mounts', after).replaceAll('\n', ' ')).toContain('its root is a plain directory, as after chroot(2)');
  });

  test('cgroup: words beside each plot, every file with its text, or that it is not there', () => {
    const history = [1, 2, 3].reduce((before, second) => remember(before, xrayOf({ ...detail, gauges: { ...detail.gauges, cpu: { ...detail.gauges.cpu, value: second * 100_000 } } }, second * 1000)), noHistory);
    const text = texts(layoutSections(detail, history, 76, { only: ['cgroup'] })[0]!.lines).join('\n');
    expect(text).toMatch(/memory +16\.0 MiB, limit 64\.0 MiB \(25 %\) {2}from memory\.current\n +▂▂▂\n +up to 64\.0 MiB, the last 2 seconds/);
    expect(text).toMatch(/cpu +10 % of a processor, limit 50 %/);
    expect(text).toMatch(/processes +3, no limit/);
    expect(text).toContain('The host calls it /box/web, the container /. Nobody else is in it.');
    expect(text).toMatch(/memory\.events +low 0, oom_kill 1\ncpu\.max +not there: its controller is not enabled/);
    expect(section('cgroup')).toContain('measuring');
  });

  test('network: a cable is drawn from end to end; on a narrow screen it is told', () => {
    const text = section('network');
    expect(text).toMatch(/^└ veth12 up veth +◀──▶ eth0 up 10\.200\.0\.12\/16 veth$/m);
    expect(text).toMatch(/in 2\.0 KiB \(3\), out 0 B \(0\), 1/);
    expect(text).toMatch(/lo down no address/);
    expect(text).toContain('default by 10.200.0.1, through eth0\n10.200.0.0/16 directly, through eth0');
    expect(section('network', detail, 38).replaceAll(/\n */g, ' ')).toContain('cable: veth12 on the host, eth0 in the container');
    const shared = { ...detail, network: { ...detail.network!, own: false } };
    expect(section('network', shared)).toContain('It is in the host’s network');
  });

  test('for who listens nothing is drawn', () => {
    const history = [1, 2, 3].reduce((before, second) => remember(before, xrayOf(detail, second * 1000)), noHistory);
    const text = layoutSections(detail, history, 72, { drawn: false }).flatMap(({ lines }) => texts(lines)).join('\n');
    expect(text).not.toMatch(/[\u2500-\u259F◀▶]/);
    expect(text).toContain('cable: veth12 on the host, eth0 in the container');
    expect(text).toMatch(/^12 +1 .* {3}sleep 1000$/m);
    expect(text).toMatch(/memory +16\.0 MiB, limit 64\.0 MiB \(25 %\)/);
  });

  test('whatever the kernel says, and whatever names learner code has made: no line too wide, nothing that a terminal obeys', () => {
    fc.assert(fc.property(anyDetail, fc.integer({ min: 36, max: 120 }), fc.boolean(), (any, width, drawn) => {
      const history = [1, 2].reduce((before, second) => remember(before, xrayOf(any, second * 1000)), noHistory);
      const sections = layoutSections(any, history, width, { drawn });
      expect(sections.map(({ id }) => id)).toEqual(sectionIds);
      for (const line of sections.flatMap(({ lines }) => lines)) {
        expect(lineWidth(line)).toBeLessThanOrEqual(width);
        // oxlint-disable-next-line no-control-regex
        expect(lineText(line)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
      }
    }), { numRuns: 150 });
  });
});
