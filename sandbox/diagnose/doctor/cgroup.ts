/**
 * open, write, mkdir and rmdir in the cgroup file system; see cgroups(7) and the kernel's admin-guide/cgroup-v2.
 */
import { descriptorArgument, stringArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { listed } from './facts.ts';
import type { CallFacts, CgroupFacts, Finding } from './facts.ts';

/** Files of version 1 that people look for. */
const versionOne = new Set(['tasks', 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'cpu.cfs_quota_us', 'cpu.cfs_period_us', 'cpu.shares', 'release_agent', 'notify_on_release']);

/** The cgroup path that a call is about, and the file in it; undefined for any other path. A relative one starts at `cwd`. */
export function cgroupPath(call: Call, cwd?: string): { directory: string; file?: string } | undefined {
  const path = pathText(call, cwd);
  if (path === undefined || !/(^|\/)sys\/fs\/cgroup(\/|$)/.test(path)) return undefined;
  if (call.name.startsWith('mkdir') || call.name === 'rmdir' || call.name === 'unlinkat') return { directory: path };
  const slash = path.lastIndexOf('/');
  return { directory: path.slice(0, slash), file: path.slice(slash + 1) };
}

export function explainCgroupFile(call: Call, facts: CallFacts): Finding | undefined {
  const at = cgroupPath(call, facts.caller?.cwd);
  const { cgroup, parentCgroup } = facts;
  if (at === undefined) return undefined;
  // The caller was gone before anybody could look. What it wrote, and the errno, still tell a good deal.
  if (cgroup === undefined) return call.name === 'write' ? explainWrite(call, at.file ?? '', { path: at.directory }) : isVersionOne(call, at.file ?? '');
  if (call.name.startsWith('mkdir')) return explainMake(call, at.directory, parentCgroup);
  if (call.name === 'rmdir' || call.name === 'unlinkat') return explainRemove(call, cgroup);
  const file = at.file ?? '';
  if (call.name === 'open' || call.name === 'openat') return explainOpen(call, file, cgroup, parentCgroup);
  return explainWrite(call, file, cgroup);
}

function explainOpen(call: Call, file: string, cgroup: CgroupFacts, parent: CgroupFacts | undefined): Finding | undefined {
  const controller = file.split('.')[0] ?? '';
  const old = isVersionOne(call, file);
  if (old !== undefined) return old;
  if (call.errno === 'ENOENT' || call.errno === 'EACCES') {
    if (lacks(controller, call, cgroup, parent)) {
      return {
        condition: `The ${controller} controller is not at work in ${cgroup.path}: ${parent?.path ?? 'its parent'} does not hand it on (cgroup.subtree_control: ${parent?.subtreeControl?.join(' ') || 'empty'}).`,
        advice: `A controller goes down the tree one level at a time. Where is ${controller} there last?`,
        evidence: [
          ...(cgroup.controllers === undefined ? [] : [{ source: `${cgroup.path}/cgroup.controllers`, lines: [cgroup.controllers.join(' ')] }]),
          ...(parent?.subtreeControl === undefined ? [] : [{ source: `${parent.path}/cgroup.subtree_control`, lines: [parent.subtreeControl.join(' ')] }]),
        ],
      };
    }
    if (cgroup.controllers === undefined) return { condition: `There is no cgroup ${cgroup.path}.`, advice: 'A cgroup is a directory. Who makes it?' };
  }
  if (call.errno === 'EACCES') return { condition: `${cgroup.path}/${file} belongs to user ${cgroup.owner ?? '?'}, not to the caller.`, advice: 'Which cgroup was delegated to you? Only in and below that one may you write.', certain: false };
  return undefined;
}

function isVersionOne(call: Call, file: string): Finding | undefined {
  if (!versionOne.has(file) || (call.errno !== 'ENOENT' && call.errno !== 'EACCES')) return undefined;
  return { condition: `${file} is a file of cgroup version 1; this is version 2.`, advice: 'Its files have other names: ls shows them, cgroups(7) explains them.' };
}

/**
 * Whether a cgroup is without this controller. One that was there (EACCES: a file cannot be created in it) and is gone by now, as
 * its maker cleans up, had no controller that its parent does not hand on.
 */
function lacks(controller: string, call: Call, cgroup: CgroupFacts, parent: CgroupFacts | undefined): boolean {
  if (controller === 'cgroup') return false;
  if (cgroup.controllers !== undefined) return !cgroup.controllers.includes(controller);
  return call.errno === 'EACCES' && parent?.subtreeControl?.includes(controller) === false;
}

function explainWrite(call: Call, file: string, cgroup: CgroupFacts): Finding | undefined {
  const text = stringArgument(call.args[1])?.text ?? '';
  const processes = cgroup.processes ?? [];
  if (file === 'cgroup.subtree_control') {
    if (call.errno === 'EBUSY' && (processes.length > 0 || (cgroup.processes === undefined && /^\s*\+/.test(text)))) {
      const number = processes.length === 0 ? 'processes' : `${processes.length} process${processes.length === 1 ? '' : 'es'}`;
      return {
        condition: `${cgroup.path} has ${number} of its own. A cgroup either holds processes or hands controllers on (the no-internal-process rule).`,
        advice: 'Where could they go? A leaf beside the others is the usual place.',
        ...(processes.length === 0 ? {} : { evidence: [{ source: `${cgroup.path}/cgroup.procs`, lines: processes.slice(0, 8).map(String) }] }),
      };
    }
    if (call.errno === 'ENOENT') {
      const absent = text.trim().split(/\s+/).map((word) => word.replace(/^[+-]/, '')).filter((word) => cgroup.controllers?.includes(word) !== true);
      const which = cgroup.controllers === undefined && absent.length > 1 ? `at least one of ${listed(absent)}` : listed(absent);
      if (absent.length > 0) {
        return {
          condition: `${which} ${absent.length === 1 || cgroup.controllers === undefined ? 'is' : 'are'} not among the controllers of ${cgroup.path}: its parent does not hand ${absent.length === 1 ? 'it' : 'them'} on.`,
          advice: 'One level up, or up to the root: where is it there last?',
          ...(cgroup.controllers === undefined ? {} : { evidence: [{ source: `${cgroup.path}/cgroup.controllers`, lines: [cgroup.controllers.join(' ')] }] }),
        };
      }
    }
    if (call.errno === 'EINVAL') return { condition: `cgroup.subtree_control does not understand ${JSON.stringify(text)}.`, advice: 'Names with a sign before each: + or -, separated by spaces.' };
  }
  if (file === 'cgroup.procs' || file === 'cgroup.threads') {
    if (call.errno === 'EBUSY' && cgroup.subtreeControl?.length !== 0) {
      return {
        condition: `${cgroup.path} hands controllers on${cgroup.subtreeControl === undefined ? '' : ` (${cgroup.subtreeControl.join(' ')})`}, so it may not hold processes (the no-internal-process rule).`,
        advice: 'Put the process into a cgroup below it.',
        ...(cgroup.subtreeControl === undefined ? {} : { evidence: [{ source: `${cgroup.path}/cgroup.subtree_control`, lines: [cgroup.subtreeControl.join(' ')] }] }),
      };
    }
    if (call.errno === 'ESRCH') return { condition: `There is no process ${text.trim()} in the caller's pid namespace.`, advice: 'Whose number is it? The same process has another one in every pid namespace.' };
    if (call.errno === 'EACCES' || call.errno === 'ENOENT') {
      return { condition: 'Moving a process takes the right to write cgroup.procs of the nearest cgroup above both places, and both places within the caller\'s cgroup namespace.', advice: 'Where is the process now, and to whom does that cgroup belong?', certain: false };
    }
    if (call.errno === 'EOPNOTSUPP') return { condition: `${cgroup.path} is a threaded cgroup, or in one that is not valid.`, advice: 'See cgroup.type.', certain: false };
  }
  if (call.errno === 'EINVAL' || call.errno === 'ERANGE') {
    return { condition: `${file} does not understand ${JSON.stringify(text)}.`, advice: 'cgroups(7): "max" or a number; memory takes K, M, G; cpu.max takes a quota and a period in microseconds.' };
  }
  return undefined;
}

function explainMake(call: Call, path: string, parent: CgroupFacts | undefined): Finding | undefined {
  if (call.errno === 'EEXIST') return { condition: `The cgroup ${path} is there already.`, advice: 'A leftover of an earlier run, or two containers with one name?' };
  if (call.errno === 'ENOENT') return { condition: `The cgroup above ${path} does not exist.`, advice: 'Cgroups are made one level at a time, unless mkdir is told otherwise.' };
  if (call.errno === 'EACCES' || call.errno === 'EPERM') {
    return {
      condition: `The cgroup above ${path} belongs to user ${parent?.owner ?? '?'}, not to the caller.`,
      advice: 'Which cgroup was delegated to you? /proc/self/cgroup names the one you are in.', certain: false,
    };
  }
  return undefined;
}

function explainRemove(call: Call, cgroup: CgroupFacts): Finding | undefined {
  if (call.errno === 'ENOTEMPTY' || call.errno === 'EPERM') return { condition: `${cgroup.path} is a cgroup: its files cannot be deleted one by one.`, advice: 'rmdir(2) takes a cgroup away, files and all.' };
  if (call.errno !== 'EBUSY') return undefined;
  if ((cgroup.folders?.length ?? 0) > 0) return { condition: `${cgroup.path} has cgroups below it: ${listed((cgroup.folders ?? []).slice(0, 4))}.`, advice: 'From the leaves to the root.' };
  if (cgroup.populated === true || (cgroup.processes?.length ?? 0) > 0) {
    return {
      condition: `${cgroup.path} still holds processes.`,
      advice: 'kill(2) only sends a signal; the process is gone a moment later. What tells you that the last one has left?',
      evidence: [{ source: `${cgroup.path}/cgroup.events`, lines: ['populated 1'] }, { source: `${cgroup.path}/cgroup.procs`, lines: (cgroup.processes ?? []).slice(0, 8).map(String) }],
    };
  }
  return { condition: `${cgroup.path} still held a process at that moment, perhaps one that was just ending.`, advice: 'What tells you that the last one has left?', certain: false };
}

function pathText(call: Call, cwd: string | undefined): string | undefined {
  if (call.name === 'write') return descriptorArgument(call.args[0])?.path;
  const at = call.name.endsWith('at') ? 1 : 0;
  const path = stringArgument(call.args[at])?.text;
  const base = at === 1 ? descriptorArgument(call.args[0])?.path : cwd;
  if (path === undefined || path.startsWith('/') || base === undefined) return path;
  return `${base}/${path}`;
}
