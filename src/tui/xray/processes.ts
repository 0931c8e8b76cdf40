/** The process tree with the pids of both sides. Pure. */
import type { XrayDetail, XrayProcess } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { type Room, branches, bytes, cells, from, say } from './words.ts';

const s = t.xray.processes;

export function layoutProcesses({ processes, processesLeft, namespaces }: XrayDetail, { width, drawn }: Room): Line[] {
  const pids = namespaces.find(({ kind }) => kind === 'pid');
  const same = pids !== undefined && pids.host === pids.inside;
  const widths = width >= 60 ? [6, 6, 7, 9] : [5, 6];
  const tree = branches(processes.map(({ depth }) => depth), drawn);
  const head = [seg(s.columns.pid, 'label'), seg(s.columns.inside, 'label'), seg(s.columns.state, 'label'), seg(s.columns.memory, 'label'), seg(s.columns.command, 'label')];
  const pick = <T>(row: readonly T[]): T[] => row.filter((_, index) => width >= 60 || index < 2 || index === row.length - 1);
  const rows = processes.map((process, index) => {
    const role = process.member ? 'text' : 'label';
    const command = `${tree[index] ?? ''}${words(process)}`;
    return cells(pick([
      seg(String(process.pid), process.member ? 'strong' : 'label'), seg(process.member ? String(process.inside) : '–', role),
      seg(s.states[process.state] ?? untrustedLine(process.state, 4), process.state === 'Z' ? 'warn' : role),
      seg(process.residentKb === null ? '–' : bytes(process.residentKb * 1024), role), seg(command, role),
    ]), widths, width);
  });
  return [
    ...from(['/proc/PID/status', '/proc/PID/cmdline'], width),
    cells(pick(head), widths, width),
    ...rows,
    ...(processesLeft > 0 ? say(t.xray.left(processesLeft), width, 'label') : []),
    ...(processes.some(({ member }) => !member) ? say(s.runtime, width, 'label') : []),
    ...(same ? say(s.same, width, 'warn') : []),
  ];
}

/** What it runs; a zombie runs nothing any more and has only its name. */
function words({ command, name }: XrayProcess): string {
  return command === '' ? `(${untrustedLine(name)})` : untrustedLine(command);
}
