/**
 * mount(2) of a new file system: proc, sysfs, tmpfs, cgroup2, overlay, a disk.
 */
import { childrenOf } from '../../observe/mounttree.ts';
import type { Mount } from '../../observe/mountinfo.ts';
import { citeMounts } from '../cite.ts';
import { stringArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { inUserNamespace, lacksPower, listed, mountUnder } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';

/** Types that root of a user namespace may mount (FS_USERNS_MOUNT), in any kernel from 5.11. */
const forUserNamespaces = new Set(['binfmt_misc', 'bpf', 'cgroup', 'cgroup2', 'devpts', 'fuse', 'mqueue', 'overlay', 'proc', 'ramfs', 'sysfs', 'tmpfs']);

/** The namespace whose owner must be the caller's user namespace, by type. */
const governedBy = { proc: 'pid', sysfs: 'net', cgroup2: 'cgroup', cgroup: 'cgroup', mqueue: 'ipc' } as const;

export function explainNewMount(call: Call, facts: CallFacts, flags: ReadonlySet<string>): Finding | undefined {
  const type = stringArgument(call.args[2])?.text;
  const data = stringArgument(call.args[4])?.text;
  if (call.errno === 'ENODEV' && type !== undefined) return unknownType(type, facts);
  if (call.errno === 'EPERM' && type !== undefined) return refused(type, facts);
  if (call.errno === 'EBUSY') {
    return { condition: 'The same file system is mounted at the same place already, or its device is in use.', advice: 'What does mountinfo say of the target?', certain: false };
  }
  if (call.errno === 'EROFS' || call.errno === 'EACCES') {
    return { condition: `The source is read-only, and the flags ${flags.has('MS_RDONLY') ? 'say so' : 'do not say MS_RDONLY'}.`, advice: 'Or its device node lies on a nodev mount.', certain: false };
  }
  if (type === 'overlay') return explainOverlay(call, facts, data ?? '');
  if (call.errno === 'ENOTBLK') {
    return { condition: `${stringArgument(call.args[0])?.text ?? 'The source'} is no block device, and ${type ?? 'that type'} wants one.`, advice: 'A directory is shown elsewhere by a bind mount.' };
  }
  if (call.errno === 'EINVAL' && type !== undefined && type !== '' && data !== undefined && data !== '') {
    return { condition: `${type} does not accept the options ${JSON.stringify(data)}.`, advice: 'Options of the mount (nosuid, ro, …) are flags, not data. Which of these belong to the file system?', certain: false };
  }
  if (call.errno === 'EINVAL' && type === undefined) {
    return { condition: 'No type is given, and no flag asks for anything but a new file system.', advice: 'Which of the jobs of mount(2) is this call meant to do?' };
  }
  return undefined;
}

function unknownType(type: string, facts: CallFacts): Finding {
  const known = facts.filesystems;
  return {
    condition: `This kernel has no file system type ${JSON.stringify(type)}${known === undefined || known.includes(type) ? '' : ': /proc/filesystems does not list it'}.`,
    advice: 'Is it spelled as in /proc/filesystems? Are the arguments in their order: source, target, type?',
    certain: known !== undefined && !known.includes(type),
  };
}

function refused(type: string, facts: CallFacts): Finding | undefined {
  const kind = type in governedBy ? governedBy[type as keyof typeof governedBy] : undefined;
  const missing = kind === undefined ? undefined : lacksPower(facts, 'CAP_SYS_ADMIN', kind);
  if (missing !== undefined) return { ...missing, condition: `${type} shows a namespace. ${missing.condition}` };
  if (inUserNamespace(facts) !== true) return undefined;
  if (!forUserNamespaces.has(type)) {
    return { condition: `Root of a user namespace may not mount ${type}: the kernel trusts its own root only to feed it a disk.`, advice: 'What can be had instead: a bind mount of what is mounted already, tmpfs, overlay.' };
  }
  if (type !== 'proc' && type !== 'sysfs') return undefined;
  const mounts = facts.caller?.mounts ?? [];
  const present = mounts.filter((mount) => mount.type === type && mount.root === '/');
  if (present.length === 0) {
    return {
      condition: `No ${type} is to be seen in this mount namespace any more. A user namespace gets a new one only while a whole one is in view, so that it learns nothing it could not see before.`,
      advice: 'At which moment of your set-up was one last in view? Look at the order: mount, then detach.',
      evidence: citeMounts(facts.caller, mounts.filter((mount) => mount.type === type)),
    };
  }
  const masks = present.flatMap((mount) => childrenOf(mounts, mount)).filter(hides);
  if (masks.length === 0) return undefined;
  return {
    condition: `The ${type} in view is partly covered (${listed(masks.slice(0, 3).map((mount) => mount.mountPoint))}). A new one would show what is hidden there, so the kernel refuses it.`,
    advice: 'Who covers these paths, and when? A whole one must be in view at the moment of the mount.',
    evidence: citeMounts(facts.caller, masks),
  };
}

/** proc and sysfs have directories that are empty for ever; what is mounted on these hides nothing. */
function hides(mount: Mount): boolean {
  return !/^\/(proc\/sys\/fs\/binfmt_misc|sys\/fs\/[a-z]+|sys\/kernel\/[a-z]+|sys\/firmware\/[a-z/]+)$/.test(mount.mountPoint);
}

/** overlayfs takes its layers as data; see the kernel's filesystems/overlayfs. */
function explainOverlay(call: Call, facts: CallFacts, data: string): Finding | undefined {
  const options = new Map(data.split(/(?<!\\),/).map((option) => {
    const equals = option.indexOf('=');
    return equals < 0 ? [option, ''] : [option.slice(0, equals), option.slice(equals + 1)];
  }));
  const lower = (options.get('lowerdir') ?? '').split(/(?<!\\):/).filter((path) => path !== '');
  const [upper, work] = [options.get('upperdir'), options.get('workdir')];
  for (const path of [...lower, upper, work]) {
    const found = path === undefined ? undefined : facts.paths[path];
    if (path !== undefined && found?.missing !== undefined) {
      return { condition: `There is no ${found.missing}${found.missing === path ? '' : `, which is on the way to ${path}`}; the options name it as a layer.`, advice: 'Every directory in the options must be there, as the caller sees them at that moment.' };
    }
  }
  if (call.errno === 'ELOOP') {
    const [inner, outer] = [upper, work].flatMap((path) => lower.flatMap((layer) => (path !== undefined && `${path}/`.startsWith(`${layer}/`) ? [[path, layer]] : [])))[0] ?? [];
    return {
      condition: inner === undefined ? 'A layer of this overlay lies within another, or is in it twice.' : `${inner} lies in ${outer}, which is a lower layer of the same overlay.`,
      advice: 'Lower layers are only read. What is written needs a place of its own.', certain: inner !== undefined,
    };
  }
  if (call.errno !== 'EINVAL') return undefined;
  if (lower.length === 0) return { condition: 'The options name no lowerdir.', advice: `What arrived as data is ${JSON.stringify(data)}.` };
  if (upper === undefined && lower.length === 1) return { condition: 'One lower layer and no upperdir: there is nothing to lay over anything.', advice: 'Where is what the container writes to go?' };
  if (upper !== undefined && work === undefined) return { condition: 'There is an upperdir and no workdir.', advice: 'Where does overlayfs prepare what must appear in one step?' };
  const [above, beside] = [upper, work].map((path) => (path === undefined ? undefined : facts.paths[path]));
  const [upperMount, workMount] = [mountUnder(facts, above), mountUnder(facts, beside)];
  if (upperMount !== undefined && workMount !== undefined && upperMount.id !== workMount.id) {
    return {
      condition: `upperdir lies on the mount ${upperMount.mountPoint}, workdir on ${workMount.mountPoint}; both must be on the same one.`,
      advice: 'overlayfs moves files from one to the other with rename(2), which does not cross mounts.',
      evidence: citeMounts(facts.caller, [upperMount, workMount]),
    };
  }
  if (upper !== undefined && work !== undefined && (`${work}/`.startsWith(`${upper}/`) || `${upper}/`.startsWith(`${work}/`))) {
    return { condition: `upperdir (${upper}) and workdir (${work}) lie within each other.`, advice: 'They must be apart.' };
  }
  if (upperMount?.type === 'overlay') {
    return {
      condition: `upperdir lies on ${upperMount.mountPoint}, which is an overlay itself and cannot hold what an upper layer needs.`,
      advice: 'Which file system here is not an overlay?', evidence: citeMounts(facts.caller, [upperMount]),
    };
  }
  if (inUserNamespace(facts) === true && !options.has('userxattr') && upper !== undefined) {
    return {
      condition: 'Root of a user namespace may not write trusted.* attributes, in which overlayfs keeps its notes, and the options do not say where else.',
      advice: 'One word among the options of overlayfs makes it use user.* attributes.', certain: false,
    };
  }
  return undefined;
}

/** The directories that an overlay's options name, for whoever collects the facts. */
export function overlayPaths(call: Call): string[] {
  if (call.name !== 'mount' || stringArgument(call.args[2])?.text !== 'overlay') return [];
  return (stringArgument(call.args[4])?.text ?? '').split(/(?<!\\),/).flatMap((option) => {
    const [, key, value] = /^(lowerdir|upperdir|workdir)=(.*)$/s.exec(option) ?? [];
    if (key === undefined || value === undefined) return [];
    return key === 'lowerdir' ? value.split(/(?<!\\):/).filter((path) => path !== '') : [value];
  });
}
