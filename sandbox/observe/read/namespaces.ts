/**
 * Which namespaces a process and its threads are in, and what only a namespace knows: id maps, host name.
 */
import { GoneError } from '../errors.ts';
import { fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { parseIdMap } from '../idmap.ts';
import type { IdRange } from '../idmap.ts';
import { parseNamespaceLink } from '../namespaces.ts';
import type { NamespaceKind } from '../namespaces.ts';
import { isAlive, optional, procPath, readProcLink } from '../procfile.ts';
import { linesOf } from '../text.ts';
import { namespaceOwner as ownerOf } from '../setns.ts';
import { utsName } from '../uts.ts';
import type { Reader } from './reader.ts';
import { threads } from './life.ts';

export function namespace(reader: Reader, kind: NamespaceKind): Fact<number> {
  const source = reader.path(`ns/${kind}`);
  const link = reader.link(`ns/${kind}`);
  return fact(reader.name(`${kind} namespace`), parseNamespaceLink(link, source), source, [link]);
}

/** proc(5): the link reads ENOENT until the new namespace has its first process. */
export function namespaceForChildren(reader: Reader): Fact<number | null> {
  const source = reader.path('ns/pid_for_children');
  const link = reader.linkIfAny('ns/pid_for_children');
  const inode = link === null ? null : parseNamespaceLink(link, source);
  return fact(reader.name("children's pid namespace"), inode, source, [link ?? 'ENOENT: new, without a process yet']);
}

export function threadNamespaces(reader: Reader, kind: NamespaceKind): Fact<number[]> {
  const found = threads(reader).value.flatMap((thread) => {
    const name = `task/${thread}/ns/${kind}`;
    // A thread that ended since the list was read is left out; that the process itself ended is not.
    const link = optional(() => readProcLink(reader.pid, name));
    return link === undefined ? [] : [{ thread, link, inode: parseNamespaceLink(link, reader.path(name)) }];
  });
  if (found.length === 0 && !isAlive(reader.pid)) throw new GoneError(reader.pid, procPath(reader.pid, 'task'));
  const lines = found.map(({ thread, link }) => `${thread} -> ${link}`);
  return reader.steady(() => fact(reader.name(`threads' ${kind} namespaces`), found.map(({ inode }) => inode), reader.path(`task/*/ns/${kind}`), lines));
}

/** ioctl_nsfs(2) on the namespace's descriptor; there is no file to read it from. */
export function namespaceOwner(reader: Reader, kind: Exclude<NamespaceKind, 'user'>): Fact<number | null> {
  const owner = reader.steady(() => ownerOf(reader.pid, kind));
  const source = `ioctl(${reader.path(`ns/${kind}`)}, NS_GET_USERNS)`;
  return fact(reader.name(`${kind} namespace's owner`), owner, source, [owner === null ? 'outside of the judge\'s own user namespace' : `user:[${owner}]`]);
}

export function idMap(reader: Reader, which: 'uid' | 'gid'): Fact<IdRange[]> {
  const source = reader.path(`${which}_map`);
  const text = reader.text(`${which}_map`);
  return fact(reader.name(`${which === 'uid' ? 'user' : 'group'} id map`), parseIdMap(text, source), source, linesOf(text));
}

export function setgroups(reader: Reader): Fact<'allow' | 'deny'> {
  const text = reader.text('setgroups').trim();
  return fact(reader.name('setgroups'), text === 'deny' ? 'deny' : 'allow', reader.path('setgroups'), [text]);
}

export function hostname(reader: Reader, which: 'hostname' | 'domainname'): Fact<string> {
  const { value, source } = reader.steady(() => utsName(reader.pid, which));
  return fact(reader.name(which === 'hostname' ? 'host name' : 'domain name'), value, source, [value]);
}
