/**
 * Writes to /proc/PID/uid_map, gid_map and setgroups; see user_namespaces(7), "Defining user and group ID mappings".
 */
import { descriptorArgument, stringArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import type { CallFacts, Finding } from './facts.ts';

export function explainIdMap(call: Call, facts: CallFacts): Finding | undefined {
  const path = descriptorArgument(call.args[0])?.path;
  const file = /\/(uid_map|gid_map|setgroups)$/.exec(path ?? '')?.[1];
  const text = stringArgument(call.args[1])?.text;
  if (path === undefined || file === undefined || text === undefined) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const setgroups = path.replace(/gid_map$/, 'setgroups');
  if (call.errno === 'EINVAL') {
    return { condition: `The kernel cannot read ${JSON.stringify(text)} as an id map.`, advice: 'Three numbers a line: the first id inside, the first outside, how many. Ranges must not overlap.' };
  }
  if (call.errno !== 'EPERM') return undefined;
  if (file === 'setgroups') {
    return { condition: 'setgroups can only be changed before gid_map is written, and never from deny to allow.', advice: 'Look at the order of the three writes.', certain: false };
  }
  const written = file === 'uid_map' ? facts.caller?.uidMap : facts.caller?.gidMap;
  if (written !== undefined && written.length > 0 && /\/self\//.test(path)) {
    return { condition: `This ${file} has been written already; it can be written once.`, advice: 'Who wrote it first: a helper, or an earlier call of yours?' };
  }
  if (lines.length > 1 || lines.some((line) => Number(line.trim().split(/\s+/)[2]) > 1)) {
    return {
      condition: 'A process that maps itself may map exactly one id: its own. This map is wider.',
      advice: 'More takes CAP_SETUID (CAP_SETGID for groups) in the parent user namespace. Who stands there and has it?',
      certain: false,
    };
  }
  if (file === 'gid_map' && facts.texts?.[setgroups]?.trim() === 'allow') {
    return {
      condition: 'While setgroups says "allow", an ordinary user may not write gid_map.',
      advice: 'Dropping a group can open a file that was closed to it. Say first that nobody here will do that.',
      evidence: [{ source: setgroups, lines: ['allow'] }],
    };
  }
  return undefined;
}
