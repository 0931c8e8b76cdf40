/** The mount tree with propagation, and the layers of what is an overlay. Pure. */
import type { XrayDetail, XrayMount, XrayOverlay } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, type Segment, blank, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { type Room, branches, cells, from, say, widest } from './words.ts';

const s = t.xray.mounts;

export function layoutMounts({ mounts, namespaces }: XrayDetail, { width, drawn }: Room): Line[] {
  if (!mounts) return say(t.xray.unreadable, width, 'warn');
  const own = namespaces.find(({ kind }) => kind === 'mnt');
  const hosts = own !== undefined && own.host === own.inside;
  const tree = branches(mounts.list.map(({ depth }) => depth), drawn);
  const names = mounts.list.map((mount, index) => `${tree[index] ?? ''}${nameOf(mounts.list, index)}`);
  const point = widest(names, 12, Math.floor(width * 0.36));
  const type = widest(mounts.list.map(({ type }) => untrustedLine(type)), 5, 10);
  return [
    ...from([mounts.source], width),
    ...(hosts ? say(s.hosts, width, 'warn') : []),
    ...(mounts.rootIsMount ? [] : say(s.noRoot, width, 'warn')),
    ...mounts.overlays.flatMap((overlay) => layoutOverlayfs(overlay, { width, drawn })),
    ...say(s.count(mounts.list.length + mounts.left), width, 'label'),
    ...mounts.list.map((mount, index) => row(mount, names[index] ?? '', [point, type], { width, drawn })),
    ...(mounts.left > 0 ? say(t.xray.left(mounts.left), width, 'label') : []),
  ];
}

/** Its path below the mount it lies on; all of it where that is no part of it (as on a mount of a deleted directory). */
function nameOf(list: readonly XrayMount[], index: number): string {
  const mount = list[index];
  if (!mount) return '';
  const parent = list.slice(0, index).findLast(({ depth }) => depth === mount.depth - 1);
  const prefix = parent ? (parent.point === '/' ? '/' : `${parent.point}/`) : undefined;
  return untrustedLine(prefix !== undefined && mount.point.startsWith(prefix) && mount.point !== prefix ? mount.point.slice(prefix.length) : mount.point);
}

function row(mount: XrayMount, name: string, widths: readonly number[], { width, drawn }: Room): Line {
  const events = mount.events === 'both' ? ` ${s.both}` : mount.events === 'from-host' ? ` ${s.fromHost}` : '';
  const source = mount.root === '/' ? '' : `  ${s.source(untrustedLine(mount.root), drawn)}`;
  const options = mount.options.filter((option) => !/^(?:relatime|noatime)$/.test(option)).map((option) => untrustedLine(option, 40)).join(' ');
  const rest = `${untrustedLine(mount.propagation)}${events}${mount.covered ? `, ${s.covered}` : ''}  ${options}${source}`;
  const last: Segment = seg(rest, mount.events === 'none' && !mount.covered ? 'text' : 'warn');
  return cells([seg(name, mount.covered ? 'label' : 'text'), seg(untrustedLine(mount.type), 'code'), last], widths, width);
}

/** Like a stack of paper: what lies on top is above. */
function layoutOverlayfs({ point, lower, upper, work, options }: XrayOverlay, { width, drawn }: Room): Line[] {
  const layer = (mark: string, label: string, path: string, note: string): Line => cells(
    [seg(`${drawn ? mark : ' '} ${label}`, 'strong'), seg(untrustedLine(path)), seg(note, 'label')], [8, widest(paths, 8, width - 34)], width,
  );
  const paths = [upper ?? '', work ?? '', ...lower].map((path) => untrustedLine(path));
  const last = lower.length - 1;
  return [
    ...say(s.layers(untrustedLine(point)), width, 'strong'),
    ...(upper === null ? say(s.readOnly, width, 'label') : [layer('┌', s.upper, upper, s.written)]),
    ...lower.map((path, index) => layer(index === last ? '└' : '├', s.lower, path, lower.length === 1 ? '' : index === 0 ? s.topmost : index === last ? s.bottom : '')),
    ...(work === null ? [] : [layer(' ', s.work, work, '')]),
    ...say(s.options(options.map((option) => untrustedLine(option, 60)).join(' ')), width, 'label'),
    blank,
  ];
}
