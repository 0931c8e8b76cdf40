/** From facts to findings: what works here, what does not, and the remedy. Pure. */
import type { MachineFacts, NamespaceObstacle } from '../../check/probe.ts';

export type Finding = {
  id: string;
  title: string;
  /** `blocked`: lessons cannot be judged until it is mended. `note`: it works, but somebody should know. */
  state: 'ok' | 'note' | 'blocked';
  /** What was found, in a few words. */
  found: string;
  /** What to do, a line each; empty where all is well. */
  remedy: string[];
};

/** Everything that was looked at. Where it could not be looked at, it says so. */
export type Facts = {
  node: { version: string; pinned: string };
  machine: MachineFacts;
  /** How the kernel answered; null where it was not asked. */
  answer: { ok: true; ms: number; release: string } | { ok: false; message: string; next: readonly string[] } | null;
  workspace: { folder: string; writable: boolean; why: string };
  progress: { problem: string | null; next: readonly string[]; notice: string | null };
  editor: string | null;
  terminal: { is: boolean; name: string; columns: number; rows: number; utf8: boolean };
};

const vm = 'Or run it in the virtual machine: vagrant up, then vagrant ssh (which opens the tutor).';

/** All findings, in the order in which things are needed. */
export function findings(facts: Facts): Finding[] {
  return [
    node(facts), platform(facts), ...(facts.machine.kind === 'uml' ? [packages(facts), namespaces(facts)] : [rootRights(facts)]), cache(facts), kernelFiles(facts), answer(facts),
    workspace(facts), progress(facts), editor(facts), terminal(facts),
  ].filter((finding) => finding !== null);
}

function node({ node: { version, pinned } }: Facts): Finding {
  const same = version === pinned;
  return {
    id: 'node', title: 'Node', state: same ? 'ok' : 'note',
    found: same ? `${version}, the pinned one` : `${version}; the pinned one is ${pinned}`,
    remedy: same ? [] : ['`npm start` and `npx drydock` take the pinned one by themselves.'],
  };
}

function platform({ machine: { platform, arch, system, kind } }: Facts): Finding {
  const fits = platform === 'linux' && (kind === 'here' || arch === 'x64');
  return {
    id: 'platform', title: 'Machine', state: fits ? 'ok' : 'blocked', found: `${system}, ${platform} on ${arch}`,
    remedy: fits ? [] : ['The private kernel runs on x86-64 Linux only.', vm],
  };
}

function packages({ machine: { missingCommands, kernel, platform } }: Facts): Finding | null {
  if (platform !== 'linux') return null;
  if (!missingCommands.length) return { id: 'packages', title: 'Debian packages', state: 'ok', found: 'apt and dpkg are here', remedy: [] };
  return {
    id: 'packages', title: 'Debian packages', state: kernel ? 'note' : 'blocked', found: `${missingCommands.join(', ')} ${missingCommands.length === 1 ? 'is' : 'are'} missing`,
    remedy: kernel ? ['The kernel is set up already; only an update would need them.'] : ['The private kernel is fetched as Debian packages: use a Debian or Ubuntu machine.', vm],
  };
}

const cures: Record<NamespaceObstacle, string[]> = {
  apparmor: [
    'AppArmor forbids it (Ubuntu since 23.10). Either install bubblewrap, which Ubuntu lets do it: sudo apt-get install bubblewrap apparmor-profiles',
    'or allow it until the next boot: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  ],
  unprivileged_userns_clone: ['Allow it: sudo sysctl kernel.unprivileged_userns_clone=1'],
  max_user_namespaces: ['Allow it: sudo sysctl user.max_user_namespaces=10000'],
  unknown: ['A container engine forbids it, most likely; Docker allows it with --security-opt seccomp=unconfined.'],
};

function namespaces({ machine: { namespaces: found, platform } }: Facts): Finding | null {
  if (platform !== 'linux') return null;
  if (found.possible) return { id: 'namespaces', title: 'Namespaces', state: 'ok', found: 'the private kernel gets a pid namespace that dies with it', remedy: [] };
  return {
    id: 'namespaces', title: 'Namespaces', state: 'note', found: 'none without root rights: good for your own code, not for grading other people\'s', remedy: [...cures[found.obstacle], vm],
  };
}

function rootRights({ machine: { sudo } }: Facts): Finding {
  return {
    id: 'root', title: 'Root rights', state: sudo ? 'ok' : 'blocked', found: sudo ? 'to be had, for this machine\'s own kernel' : 'not to be had, and this machine\'s own kernel needs them',
    remedy: sudo ? [] : ['Run drydock as root in a machine made for it, or take the private kernel: --kernel uml'],
  };
}

function cache({ machine: { cache: { folder, writable, freeBytes, neededBytes }, kernel } }: Facts): Finding {
  const enough = kernel !== null || freeBytes === null || freeBytes >= neededBytes;
  const room = freeBytes === null ? 'free space unknown' : `${gigabytes(freeBytes)} free`;
  const ok = enough && (writable || kernel !== null);
  return {
    id: 'cache', title: 'Cache', state: ok ? 'ok' : 'blocked', found: `${folder}, ${writable ? room : 'not writable'}`,
    remedy: ok ? [] : [
      ...(enough ? [] : [`The set-up needs ${gigabytes(neededBytes)}: make room there,`]),
      `${enough ? 'Set' : 'or set'} DRYDOCK_CACHE to a folder on another disk that you can write to.`,
    ],
  };
}

function kernelFiles({ machine: { kernel, kind } }: Facts): Finding {
  return {
    id: 'kernel', title: kind === 'uml' ? 'Private kernel' : 'Root file system', state: kernel ? 'ok' : 'note', found: kernel ? `set up, ${kernel.id.slice(0, 19)}…` : 'not set up yet',
    remedy: kernel ? [] : ['`npm start` sets it up, or `npx drydock setup` does only that.'],
  };
}

function answer({ answer: found }: Facts): Finding {
  if (!found) return { id: 'answer', title: 'It answers', state: 'note', found: 'not asked: it is not set up yet', remedy: [] };
  if (found.ok) return { id: 'answer', title: 'It answers', state: 'ok', found: `Linux ${found.release}, in ${(found.ms / 1000).toFixed(1)} s`, remedy: [] };
  return { id: 'answer', title: 'It answers', state: 'blocked', found: found.message, remedy: [...found.next] };
}

function workspace({ workspace: { folder, writable, why } }: Facts): Finding {
  return {
    id: 'workspace', title: 'Workspace', state: writable ? 'ok' : 'blocked', found: writable ? folder : `${folder} cannot be written (${why})`,
    remedy: writable ? [] : ['Look at its owner and mode with `ls -ld`, or name another with --workspace DIR.'],
  };
}

function progress({ progress: { problem, next, notice } }: Facts): Finding {
  return {
    id: 'progress', title: 'Progress', state: problem ? 'blocked' : notice ? 'note' : 'ok', found: problem ?? notice ?? 'can be read', remedy: problem ? [...next] : [],
  };
}

function editor({ editor: found }: Facts): Finding {
  return {
    id: 'editor', title: 'Editor', state: found ? 'ok' : 'note', found: found ?? 'none found', remedy: found ? [] : ['Set VISUAL or EDITOR, or open the files in your own: any editor will do.'],
  };
}

function terminal({ terminal: { is, name, columns, rows, utf8 } }: Facts): Finding {
  const remedy = [
    ...(is ? [] : ['The tutor needs a terminal; the commands do not.']),
    ...(is && (columns < 40 || rows < 10) ? ['The tutor wants 40×10 at least, and is at home in 80×24.'] : []),
    ...(utf8 ? [] : ['The locale is not UTF-8: pictures may look wrong. Try LANG=C.UTF-8.']),
    ...(is && name === 'dumb' ? ['It cannot move its cursor: the tutor speaks in lines, as with --plain.'] : []),
  ];
  return { id: 'terminal', title: 'Terminal', state: remedy.length ? 'note' : 'ok', found: is ? `${name || 'TERM is not set'}, ${columns}×${rows}` : 'none', remedy };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
