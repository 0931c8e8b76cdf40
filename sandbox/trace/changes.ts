/** What is different between two pictures of a run, thing by thing. Pure. */
import type { Mount, Propagation } from '../observe/mountinfo.ts';
import type { Area, Change } from '../wire/trace.ts';
import type { LinkState } from './links.ts';
import type { CgroupState, ProcessState, World } from './world.ts';

/** How a process is called: `box.ts run`. */
export type LabelOf = (pid: number) => string;

/** Every difference, area by area; in each in the order of the newer picture, what is gone at its end. */
export function changesBetween(before: World, after: World, labelOf: LabelOf): Change[] {
  return [
    ...after.processes.flatMap((process) => processChanges(before, process, labelOf)),
    ...mountChanges(before, after),
    ...cgroupChanges(before.cgroups, after.cgroups, labelOf),
    ...linkChanges(before, after),
    ...routeChanges(before, after),
    ...nameChanges(before, after),
  ];
}

/** A process that was not there before is compared with the one that started it. */
function processChanges(before: World, process: ProcessState, labelOf: LabelOf): Change[] {
  const earlier = before.processes.find((one) => one.pid === process.pid) ?? before.processes.find((one) => one.pid === process.parent);
  if (earlier === undefined) return [];
  const where = labelOf(process.pid);
  const kinds = [...new Set([...Object.keys(earlier.namespaces), ...Object.keys(process.namespaces)])].sort();
  const namespaces = kinds.flatMap((kind) => {
    const change = changed('namespaces', where, kind, earlier.namespaces[kind] ?? null, process.namespaces[kind] ?? null);
    // The next child goes where the process is itself: that is how it always is, and no news.
    return change.filter(({ what, after }) => !(what === 'pid_for_children' && after === null));
  });
  return [...namespaces, ...changed('mounts', where, 'root', earlier.root, process.root), ...changed('mounts', where, 'cwd', earlier.cwd, process.cwd)];
}

function mountChanges(before: World, after: World): Change[] {
  return Object.entries(after.mounts).flatMap(([namespace, mounts]) => {
    const earlier = before.mounts[namespace];
    return earlier === undefined ? copiedMounts(namespace, mounts, before, after) : mountTableChanges(namespace, earlier, mounts);
  });
}

function mountTableChanges(where: string, before: readonly Mount[], after: readonly Mount[]): Change[] {
  const old = new Map(before.map((mount) => [mount.id, mount]));
  const now = new Set(after.map((mount) => mount.id));
  const changes = after.flatMap((mount): Change[] => {
    const was = old.get(mount.id);
    if (was === undefined) return [{ area: 'mounts', where, what: mount.mountPoint, before: null, after: mountText(mount) }];
    if (was.mountPoint === mount.mountPoint) return changed('mounts', where, mount.mountPoint, mountText(was), mountText(mount));
    return [{ area: 'mounts', where, what: mount.mountPoint, before: `at ${was.mountPoint}: ${mountText(was)}`, after: mountText(mount) }];
  });
  const gone = before.filter((mount) => !now.has(mount.id)).map((mount): Change => ({ area: 'mounts', where, what: mount.mountPoint, before: mountText(mount), after: null }));
  return [...changes, ...gone];
}

/** A new mount namespace begins as a copy: only where it is not like its original is there more to say than that. */
function copiedMounts(where: string, mounts: readonly Mount[], before: World, after: World): Change[] {
  const owner = after.processes.find((process) => process.namespaces['mnt'] === where);
  const earlier = before.processes.find((one) => one.pid === owner?.pid) ?? before.processes.find((one) => one.pid === owner?.parent);
  const from = earlier?.namespaces['mnt'];
  const original = from === undefined ? undefined : before.mounts[from];
  if (from === undefined || original === undefined) return [{ area: 'mounts', where, what: 'the namespace', before: null, after: `new, ${mounts.length} mounts` }];
  const copies = original.slice();
  const different = mounts.flatMap((mount): Change[] => {
    const at = copies.findIndex((one) => one.mountPoint === mount.mountPoint && one.device === mount.device && one.root === mount.root);
    const [copy] = at < 0 ? [] : copies.splice(at, 1);
    return changed('mounts', where, mount.mountPoint, copy === undefined ? null : mountText(copy), mountText(mount));
  });
  return [{ area: 'mounts', where, what: 'the namespace', before: null, after: `new, its ${mounts.length} mounts copied from ${from}` }, ...different];
}

function cgroupChanges(before: readonly CgroupState[], after: readonly CgroupState[], labelOf: LabelOf): Change[] {
  // Who was born or ended meanwhile did so by itself; who was there before and is there now has moved.
  const all = (cgroups: readonly CgroupState[]): Set<number> => new Set(cgroups.flatMap(({ processes }) => processes));
  const [earlier, later] = [all(before), all(after)];
  const members = (cgroup: CgroupState): string | null => cgroup.processes.filter((pid) => earlier.has(pid) && later.has(pid)).map(labelOf).join(', ') || null;
  const changes = after.flatMap((cgroup): Change[] => {
    const was = before.find((one) => one.path === cgroup.path);
    const where = cgroup.path;
    const made: Change[] = was === undefined ? [{ area: 'cgroups', where, what: 'the cgroup', before: null, after: 'made' }] : [];
    const names = was === undefined ? [] : [...new Set([...Object.keys(was.settings), ...Object.keys(cgroup.settings)])];
    return [
      ...made,
      ...names.flatMap((name) => changed('cgroups', where, name, was?.settings[name] ?? null, cgroup.settings[name] ?? null)),
      ...changed('cgroups', where, 'processes', was === undefined ? null : members(was), members(cgroup)),
    ];
  });
  const gone = before.filter((one) => !after.some((cgroup) => cgroup.path === one.path));
  return [...changes, ...gone.map((cgroup): Change => ({ area: 'cgroups', where: cgroup.path, what: 'the cgroup', before: 'there', after: null }))];
}

function linkChanges(before: World, after: World): Change[] {
  return Object.entries(after.links).flatMap(([where, links]) => {
    const earlier = before.links[where] ?? [];
    const text = (link: LinkState, among: readonly LinkState[]): string => linkText(link, among);
    const changes = links.flatMap((link): Change[] => {
      const was = earlier.find((one) => one.index === link.index);
      const renamed = was !== undefined && was.name !== link.name ? `${was.name}: ` : '';
      return changed('links', where, link.name, was === undefined ? null : renamed + text(was, earlier), text(link, links));
    });
    const gone = earlier.filter((one) => !links.some((link) => link.index === one.index));
    return [...changes, ...gone.map((link): Change => ({ area: 'links', where, what: link.name, before: text(link, earlier), after: null }))];
  });
}

function routeChanges(before: World, after: World): Change[] {
  return Object.entries(after.routes).flatMap(([where, routes]) => {
    const earlier = before.routes[where] ?? {};
    const all = [...new Set([...Object.keys(routes), ...Object.keys(earlier)])];
    return all.flatMap((what) => changed('links', where, what, earlier[what] ?? null, routes[what] ?? null));
  });
}

function nameChanges(before: World, after: World): Change[] {
  return Object.entries(after.names).flatMap(([where, { hostname, domainname }]) => {
    const was = before.names[where];
    // A new one begins with the names of the old one.
    return was === undefined ? [] : [...changed('names', where, 'hostname', was.hostname, hostname), ...changed('names', where, 'domainname', was.domainname, domainname)];
  });
}

/** `ext4 /dev/ubda, rw,relatime, shared:1`. */
export function mountText(mount: Mount): string {
  const source = mount.source === 'none' || mount.source === mount.type ? '' : ` ${mount.source}`;
  const part = mount.root === '/' ? '' : ` (its ${mount.root})`;
  // What an overlay is made of stands with the file system's options; of others nothing there is news.
  const layers = mount.type === 'overlay' ? `, ${mount.superOptions.filter((option) => /^(lower|upper|work)dir/.test(option)).join(',')}` : '';
  return `${mount.type}${source}${part}, ${mount.options.join(',')}, ${propagationWords(mount.propagation)}${layers}`;
}

/** As mountinfo writes it, and `private` for what it leaves out. */
function propagationWords({ kind, shared, master }: Propagation): string {
  if (kind === 'unbindable' || kind === 'private') return kind;
  return [...(shared === undefined ? [] : [`shared:${shared}`]), ...(master === undefined ? [] : [`slave of ${master}`])].join(' ');
}

/** `veth, up, port of box0, 10.0.0.2/24`. */
export function linkText(link: LinkState, among: readonly LinkState[]): string {
  const master = link.master === undefined ? undefined : among.find((one) => one.index === link.master)?.name ?? `link ${link.master}`;
  return [...(link.kind === undefined ? [] : [link.kind]), link.up ? 'up' : 'down', ...(master === undefined ? [] : [`port of ${master}`]), ...link.addresses].join(', ');
}

function changed(area: Area, where: string, what: string, before: string | null, after: string | null): Change[] {
  return before === after ? [] : [{ area, where, what, before, after }];
}
