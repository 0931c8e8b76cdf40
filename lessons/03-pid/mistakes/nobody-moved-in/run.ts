/** `box run`: makes namespaces and becomes the command. */
import { become } from './become.ts';
import type { RunOptions } from './cli.ts';
import {
  CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS, mount, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, sethostname, SyscallError, unshare,
} from './libc.ts';

/** Becomes the command. Returns box's exit status where it cannot be started; throws where box itself fails. */
export async function run({ command, env, hostname }: RunOptions): Promise<number> {
  unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS);
  if (hostname !== undefined) sethostname(hostname);
  mount('none', '/proc', null, MS_PRIVATE);
  mount('proc', '/proc', 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC);
  Object.assign(process.env, env);
  try {
    become(command);
  } catch (error) {
    const { code } = error as SyscallError;
    console.error(`box: ${command[0]}: ${code}`);
    return code === 'ENOENT' ? 127 : 126;
  }
}
