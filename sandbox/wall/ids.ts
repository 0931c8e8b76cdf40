/** The ids of a wall: what its root is to the kernel, and the map that says so (user_namespaces(7)). */

/** The wall's user 0, group 0 as the judge sees them. The guest's image belongs to it. */
export const WALL_ID = 100_000;

/** How many ids a wall has: 0–65535. */
export const WALL_IDS = 65_536;

/** The line for /proc/PID/uid_map and gid_map. */
export const ID_MAP = `0 ${WALL_ID} ${WALL_IDS}\n`;

/** Group `tty`, which terminals belong to, in Debian's numbering. */
export const TTY_GROUP = 5;
