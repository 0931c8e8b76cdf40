/**
 * Paths that do not lead anywhere, for every call that takes one; and mknod(2).
 */
import { flagsArgument, stringArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { cite } from '../cite.ts';
import { hasCapability, inUserNamespace, pathOf } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';

/** ENOENT, ENOTDIR, ENAMETOOLONG and ELOOP: which part of which path. `indexes`: the arguments that are paths; all unless said. */
export function explainPath(call: Call, facts: CallFacts, indexes: readonly number[] = call.args.map((_, index) => index)): Finding | undefined {
  for (const index of indexes) {
    const path = pathOf(call, facts, index);
    if (path === undefined) continue;
    if (call.errno === 'ENOENT' && path.path === '') {
      return { condition: `Argument ${index + 1} is an empty path.`, advice: 'Where does the empty string come from?' };
    }
    if (call.errno === 'ENOENT' && path.missing !== undefined) return missing(path.path, path.missing, facts);
    if (call.errno === 'ENOTDIR' && path.notDirectory !== undefined) {
      return { condition: `${path.notDirectory} is on the way to ${path.path}, and it is no directory.`, advice: `What did you expect at ${path.notDirectory}?` };
    }
    if (call.errno === 'ENOTDIR' && path.file !== null && path.file.kind !== 'directory') {
      return { condition: `${path.path} is no directory (${path.file.kind}).`, advice: `${call.name} wants a directory there.` };
    }
  }
  return undefined;
}

function missing(path: string, part: string, facts: CallFacts): Finding {
  const changedRoot = facts.caller?.root !== undefined && facts.caller.root !== '/';
  const here = changedRoot ? ` The caller's root directory is ${facts.caller?.root}.` : '';
  return {
    condition: part === path ? `There is no ${path}.${here}` : `There is no ${part}, which is on the way to ${path}.${here}`,
    advice: path.startsWith('/')
      ? 'Paths are looked up in the root directory and the mounts of the moment of the call. Was it there, in that root, at that moment?'
      : `A relative path starts at the current directory${facts.caller?.cwd === undefined ? '' : `, which is ${facts.caller.cwd}`}.`,
    evidence: [...(changedRoot ? cite(facts.caller, 'root') : []), ...(path.startsWith('/') ? [] : cite(facts.caller, 'cwd'))],
  };
}

/** mknod(2), mknodat(2). */
export function explainMknod(call: Call, facts: CallFacts): Finding | undefined {
  const at = call.name === 'mknodat' ? 1 : 0;
  const path = stringArgument(call.args[at])?.text ?? 'it';
  const mode = flagsArgument(call.args[at + 1]);
  const device = mode.has('S_IFCHR') || mode.has('S_IFBLK');
  if (call.errno === 'EPERM' && device) {
    if (inUserNamespace(facts) === true) {
      return {
        condition: `${path} would be a device node, and the caller is root only of a child user namespace.`,
        advice: 'A node opens a door to hardware that belongs to everybody, so CAP_MKNOD counts in the first user namespace only. The nodes exist already, outside: how can a file that exists appear in a second place?',
        evidence: cite(facts.caller, 'uidMap'),
      };
    }
    if (hasCapability(facts, 'CAP_MKNOD') === false) {
      return { condition: 'The caller does not have CAP_MKNOD.', advice: 'See `CapEff` of the caller.', evidence: cite(facts.caller, 'status', (line) => line.startsWith('CapEff')) };
    }
  }
  if (call.errno === 'EEXIST') {
    const there = pathOf(call, facts, at)?.file;
    return {
      condition: `${path} is there already${there === undefined || there === null ? '' : ` (${there.kind})`}.`,
      advice: 'mknod never replaces. Is it left over from an earlier run, or part of the image?',
    };
  }
  return explainPath(call, facts, [at]);
}
