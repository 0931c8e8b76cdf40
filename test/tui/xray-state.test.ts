/** The X-ray in the tutor: what its keys do, what news does to it, what is asked of the world, what is said instead. */
import { describe, expect, test } from 'vitest';
import { keysLine, titleLine } from '../../src/tui/layout/chrome.ts';
import { layoutOverlay } from '../../src/tui/layout/overlay.ts';
import { xrayTabs } from '../../src/tui/layout/xray.ts';
import { commandFor } from '../../src/tui/keys.ts';
import { announce } from '../../src/tui/plain/announce.ts';
import { askedBy } from '../../src/tui/plain/words.ts';
import type { State } from '../../src/tui/state/types.ts';
import { lineText, lineWidth } from '../../src/tui/text/line.ts';
import { sectionIds } from '../../src/tui/xray/sections.ts';
import { type Run, begin, drive } from './drive.ts';
import { kernel } from './fake-sandbox.ts';
import { detail, noContainer, xrayOf } from './xray-sample.ts';

const ready = (): Run => drive(begin(), { type: 'kernel', state: { at: 'ready', kernel }, note: undefined });
const opened = (): Run => drive(ready(), { do: 'xray' });
const seen = (xray = xrayOf()): Run => drive(opened(), { type: 'xrayed', xray });
const text = ({ state }: { state: State }): string => (layoutOverlay(state)?.lines ?? []).map(lineText).join('\n');
const top = ({ state }: { state: State }): string => lineText(layoutOverlay(state)?.lines[layoutOverlay(state)?.scroll ?? 0] ?? []);
const other = { id: 'pid:[7]', name: 'other', pid: 30, inside: 1, command: 'sleep 9' };

describe('opening and closing', () => {
  test('x opens it and looking begins; x, Esc, and any way out ends it', () => {
    expect(commandFor(begin().state, 'x')).toEqual({ do: 'xray' });
    expect(opened().effects).toEqual([{ type: 'xrayWatch' }]);
    for (const way of [{ do: 'xray' }, { do: 'back' }, { do: 'list' }, { do: 'help' }, { do: 'open', lesson: '02-second' }] as const) {
      const left = drive({ ...opened(), effects: [] }, way);
      expect(left.effects, way.do).toContainEqual({ type: 'xrayStop' });
      expect(left.state.xray.xray).toBeUndefined();
    }
  });

  test('nothing is looked at while it is closed, and news that comes late is for nobody', () => {
    const { state, effects } = drive(begin(), { type: 'xrayed', xray: xrayOf() }, { type: 'xrayFailed', why: 'x' }, { type: 'xrayEnded', how: 'x', said: '' });
    expect(effects).toEqual([]);
    expect(state.xray.xray).toBeUndefined();
    expect(state.view).toEqual({ name: 'page' });
  });

  test('where there can be no kernel it does not open', () => {
    const { state, effects } = drive(begin(), { type: 'kernel', state: { at: 'impossible', message: 'no', next: [] }, note: undefined }, { do: 'xray' });
    expect(state.view.name).toBe('page');
    expect(effects).toEqual([]);
  });

  test('a shell leaves it open', () => {
    expect(drive(seen(), { do: 'shell' })).toMatchObject({ state: { view: { name: 'xray' } }, effects: [{ type: 'xrayWatch' }, { type: 'shell' }].slice(1) });
  });
});

describe('without a container', () => {
  const none = (): Run => drive(opened(), { type: 'xrayed', xray: noContainer });

  test('it says how to get one, and Enter starts it with the lesson’s flags', () => {
    expect(text(none())).toMatch(/No container runs[\s\S]*Enter starts one[\s\S]*--hostname x -- sh/);
    expect(lineText(keysLine(none().state))).toContain('Enter start one');
    const starting = drive(none(), { do: 'enter' });
    expect(starting.effects).toEqual([{ type: 'xrayStart', lesson: '01-first' }]);
    expect(text(starting)).toContain('Starting: box run');
    // Another Enter starts no second one.
    expect(drive(starting, { do: 'enter' }).effects).toEqual([]);
    const running = drive(starting, { type: 'xrayStarted', pid: 3 }, { type: 'xrayed', xray: xrayOf() });
    expect(running.state.xray.of).toBe('3');
    expect(text(running)).toContain('CLONE_NEWUTS');
  });

  test('a box that ends before there is a container: how, and what it said', () => {
    const ended = drive(none(), { do: 'enter' }, { type: 'xrayEnded', how: 'exit status 125', said: 'box: \u001B[31mno\u001B[0m such rootfs\n' });
    expect(text(ended)).toMatch(/ended before there was a container to see: exit status 125\.\nIt said:\n {4}box: no such rootfs\n\nEnter starts it again/);
    expect(ended.effects).toContainEqual({ type: 'xrayLook' });
    expect(drive(ended, { do: 'enter' }).effects).toEqual([{ type: 'xrayStart', lesson: '01-first' }]);
    // Looking goes on, and does not take the news away.
    expect(text(drive(ended, { type: 'xrayed', xray: noContainer }))).toContain('exit status 125');
  });

  test('before the first lesson is started there is nothing to start', () => {
    const { state, effects } = drive(drive(begin({ current: undefined, lessons: {} }), { do: 'xray' }, { type: 'xrayed', xray: noContainer }), { do: 'enter' });
    expect(effects).toEqual([]);
    expect(state.message?.text).toContain('Start a lesson first');
  });

  test('a sandbox that does not answer is said, until it does', () => {
    const failed = drive(opened(), { type: 'xrayFailed', why: 'the kernel was lost' });
    expect(text(failed)).toContain('does not answer: the kernel was lost');
    expect(text(drive(failed, { type: 'xrayed', xray: xrayOf() }))).toContain('CLONE_NEWUTS');
  });
});

describe('with a container', () => {
  test('its name and pid are in the title, the sections above; no line is too wide on any screen', () => {
    expect(lineText(titleLine(seen().state))).toContain('X-ray: web, process 12');
    for (const columns of [40, 60, 80, 110, 200]) {
      const { state } = drive(seen(), { type: 'resized', size: { columns, rows: 24 } });
      const { head = [], lines = [] } = layoutOverlay(state) ?? {};
      for (const line of [head, ...lines]) expect(lineWidth(line)).toBeLessThanOrEqual(columns - 2);
      for (let number = 1; number <= 6; number++) expect(lineText(head)).toContain(String(number));
      expect(lineText(head)).toContain('▸1 Namespaces');
    }
  });

  test.each(sectionIds.map((id, index) => [id, index] as const))('%s comes to the top with its number, with Tab and with the arrows', (id, index) => {
    const title = { namespaces: 'Namespaces', processes: 'Processes', capabilities: 'Capabilities', mounts: 'Mounts', cgroup: 'Cgroup', network: 'Network' }[id];
    expect(top(drive(seen(), { do: 'choose', choice: index }))).toBe(title);
    expect(top(drive(seen(), ...Array.from({ length: index }, () => ({ do: 'focus', direction: 1 }) as const)))).toBe(title);
    expect(top(drive(seen(), ...Array.from({ length: 6 - index }, () => ({ do: 'focus', direction: -1 }) as const)))).toBe(title);
    expect(commandFor(seen().state, 'right')).toEqual({ do: 'focus', direction: 1 });
    expect(lineText(xrayTabs(id, 76))).toContain(`▸${index + 1} ${title}`);
  });

  test('scrolling goes over the borders of sections, and ends at both ends', () => {
    const line = { do: 'scroll', by: 'line', direction: 1 } as const;
    const back = { ...line, direction: -1 } as const;
    expect(top(drive(seen(), { do: 'choose', choice: 1 }, back, back))).not.toBe('Processes');
    expect(drive(seen(), { do: 'choose', choice: 1 }, back).state.view).toMatchObject({ section: 'namespaces' });
    expect(top(drive(seen(), back))).toBe('Namespaces');
    expect(drive(seen(), { do: 'edge', to: 'bottom' }, line, line).state.view).toMatchObject({ section: 'network' });
    expect(top(drive(seen(), { do: 'edge', to: 'bottom' }, { do: 'edge', to: 'top' }))).toBe('Namespaces');
  });

  test('what is read stays in place when something above it grows', () => {
    const at = drive(seen(), { do: 'choose', choice: 4 }, { do: 'scroll', by: 'line', direction: 1 });
    const more = { ...detail, processes: [...detail.processes, ...detail.processes] };
    expect(top(drive(at, { type: 'xrayed', xray: xrayOf(more, 2000) }))).toBe(top(at));
  });

  test('n and p go from container to container; the one that is looked at stays when a newer one comes', () => {
    const two = xrayOf(detail, 1000, [other]);
    const run = seen(two);
    expect(run.state.xray.of).toBe(detail.id);
    expect(lineText(titleLine(run.state))).toContain('container 2 of 2');
    expect(lineText(keysLine(run.state))).toContain('n/p container');
    const next = drive(run, { do: 'lesson', direction: 1 });
    expect(next.state.xray.of).toBe('pid:[7]');
    expect(next.effects).toEqual([{ type: 'xrayLook' }]);
    expect(drive(seen(), { do: 'lesson', direction: 1 }).state.message?.text).toBe('There is no other container.');
  });

  test('one that ends is said, and another is looked at', () => {
    const gone = drive(seen(), { type: 'xrayed', xray: { ...noContainer, at: 2000 } });
    expect(gone.state.message?.text).toBe('web has ended.');
    expect(gone.state.xray.of).toBeUndefined();
    expect(gone.effects).toContainEqual({ type: 'xrayLook' });
  });

  test('other keys do what they do everywhere', () => {
    expect(drive(seen(), { do: 'rerun' }).effects).toContainEqual(expect.objectContaining({ type: 'check' }));
    expect(drive(seen(), { do: 'quit' }).state.leaving).toBe(0);
  });
});

describe('in lines', () => {
  test('the words', () => {
    const { state } = begin();
    expect(askedBy(state, 'x')).toEqual({ ask: 'command', command: { do: 'xray' } });
    expect(askedBy(state, 'xray start')).toEqual({ ask: 'command', command: { do: 'xray', start: true } });
  });

  const said = (run: Run, ...happens: Parameters<typeof drive>[1][]): string => announce(run.state, drive(run, ...happens).state).join('\n');

  test('all sections, once, when there is a rate', () => {
    expect(said(opened(), { type: 'xrayed', xray: xrayOf() })).toBe('');
    const text = said(seen(), { type: 'xrayed', xray: xrayOf(detail, 2000, [other]) });
    for (const some of ['X-ray: web, process 12', 'Namespaces', 'Processes', 'Capabilities', 'Mounts', 'Cgroup', 'Network', 'X-ray: other, process 30: sleep 9']) expect(text).toContain(some);
    expect(said(drive(seen(), { type: 'xrayed', xray: xrayOf(detail, 2000) }), { type: 'xrayed', xray: xrayOf(detail, 3000) })).toBe('');
  });

  test('where none runs: that, and the word that starts one', () => {
    expect(said(opened(), { type: 'xrayed', xray: noContainer })).toMatch(/No container runs[\s\S]*xray start/);
    const starting = drive(ready(), { do: 'xray', start: true });
    expect(starting.effects).toEqual([{ type: 'xrayWatch' }, { type: 'xrayStart', lesson: '01-first' }]);
    expect(said(starting, { type: 'xrayEnded', how: 'exit status 1', said: 'box: no' })).toMatch(/exit status 1\.\nIt said:\n {4}box: no/);
  });
});
