/**
 * /proc/PID/cgroup; see cgroups(7). Pure.
 */
import { ParseError } from './errors.ts';
import { integer, linesOf } from './text.ts';

/** Membership in one hierarchy. Version 2 is hierarchy 0 and names no controllers. */
export type CgroupMembership = {
  readonly hierarchy: number;
  readonly controllers: readonly string[];
  /** Relative to the reader's cgroup namespace; begins with `/..` where it lies outside of that. */
  readonly path: string;
  /** The cgroup was removed while the process (a zombie) was still in it. */
  readonly deleted: boolean;
  readonly line: string;
};

const DELETED = ' (deleted)';

/** All memberships, version 1 hierarchies too. Throws ParseError. */
export function parseCgroupLines(text: string, source = 'cgroup'): CgroupMembership[] {
  return linesOf(text).map((line) => {
    // The path is last and may hold colons itself.
    const [, hierarchy, controllers, path] = /^(\d+):([^:]*):(\/.*)$/s.exec(line) ?? [];
    if (controllers === undefined || path === undefined) throw new ParseError(source, line, 'expected hierarchy:controllers:/path');
    const deleted = path.endsWith(DELETED);
    return {
      hierarchy: integer(hierarchy, source, line),
      controllers: controllers === '' ? [] : controllers.split(','),
      path: deleted ? path.slice(0, -DELETED.length) : path,
      deleted,
      line,
    };
  });
}

/** The version 2 membership, undefined on a machine without one. */
export function unifiedOf(memberships: readonly CgroupMembership[]): CgroupMembership | undefined {
  return memberships.find((membership) => membership.hierarchy === 0 && membership.controllers.length === 0);
}
