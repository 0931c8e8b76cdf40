/**
 * The second stage: the first process of the container. It does from inside what only somebody inside can do, and then
 * becomes the command, which so is process 1.
 */
import { closeSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { become } from './become.ts';
import { joinCgroup } from './cgroup.ts';
import { hush } from './detach.ts';
import { closeDoors, layDevices, mountTerminals } from './devices.ts';
import { beInit } from './init.ts';
import { mountLayers } from './layers.ts';
import { call, CLONE_NEWCGROUP, CLONE_NEWNS, mount, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC, PR_SET_PDEATHSIG, SyscallError, unshare } from './libc.ts';
import { mountNames, placesForNames } from './names.ts';
import { enterRoot } from './root.ts';
import { homeOf, type Named } from './store.ts';
import { takeTerminal } from './terminal.ts';

const F_DUPFD_CLOEXEC = 1030; // fcntl(2)

/** What `box run` and `box exec` are told about the command alike, and what only `run` is told. */
type Startable = Pick<Named, 'command' | 'env' | 'terminal'> & Partial<Named>;

/**
 * Never returns if all goes well, unless it is an init: then it returns how the command has ended. Returns box's exit status
 * where the command cannot be started; throws where box itself fails.
 */
export async function stage(): Promise<number> {
  // Where box is killed, nobody is left to wait or to clean up: then the container is to be killed, too. Said before the letter is
  // read: if box has died by now, there is no letter.
  call('prctl', PR_SET_PDEATHSIG, constants.signals.SIGKILL);
  const options = readLetter();
  const { layers, name, cgroup, terminal } = options;

  // Not earlier: until it was up, Node's threads and its memory would have counted. Not later: whatever the command starts, and
  // be it at once, must be in there.
  joinCgroup(cgroup);
  // And this not before that: the root of a cgroup namespace is the cgroup in which one is when one makes it.
  unshare(CLONE_NEWNS | CLONE_NEWCGROUP);
  // The new mount namespace is a copy of the host's, and its shared mounts are peers of the originals: each passes on to the
  // other what is mounted and unmounted below it. This cuts every tie, not only that of / (MS_REC), and it comes before
  // there is anything to pass on.
  mount('none', '/', null, MS_REC | MS_PRIVATE);
  // Not before the line above: this is the container's business, and the mount goes when its last process goes.
  const rootfs = layers.length > 0 ? mountLayers([...layers, placesForNames()], homeOf(name)) : undefined;
  // Whose processes a proc file system shows is decided here, by the pid namespace of the process that mounts it. It has to be
  // here, too: root of a user namespace is granted a new one only while it can see another, and the host's is about to go.
  mount('proc', `${rootfs ?? ''}/proc`, 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC);
  if (rootfs !== undefined) layDevices(rootfs);
  mountNames(rootfs ?? '', homeOf(name));
  if (rootfs !== undefined) enterRoot(rootfs);
  closeDoors();
  // Without a root of its own the container sees the host's /dev, but not the host's terminals.
  if (terminal && rootfs === undefined) mountTerminals('/dev/pts');

  // A terminal sends Ctrl-C to a whole process group. Ours would get it from there, and a second time from box.
  if (!terminal) call('setsid');
  return startCommand(options);
}

/**
 * Becomes the command, or its init, on a terminal or without. Returns the exit status of an init, or where the command cannot be
 * started.
 */
export async function startCommand({ command, env, terminal, detach, init }: Startable): Promise<number> {
  Object.assign(process.env, env);
  // Box's own standard error, for what we may have to say when something else is in its place.
  const errors = call('fcntl', 2, F_DUPFD_CLOEXEC, 3);
  if (terminal) takeTerminal();
  else if (detach) hush();
  try {
    if (!init) become(command);
    const status = beInit(command, terminal);
    closeSync(errors);
    return await status;
  } catch (error) {
    call('dup2', errors, 2);
    return refusal(command[0], error as SyscallError);
  }
}

/** What the first stage wrote: it comes through descriptor 3 and ends when that one has said all. */
export function readLetter<Letter = Named & { cgroup: string }>(): Letter {
  const letter = JSON.parse(readFileSync(3, 'utf8')) as Letter;
  closeSync(3);
  return letter;
}

/** The exit status where execve(2) refused to start the command. Rethrows what was no refusal: that is box's failure. */
function refusal(file: string, error: SyscallError): number {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      console.error(`box: ${file}: not found`);
      return 127;
    case 'EACCES':
    case 'ENOEXEC':
      console.error(`box: ${file}: found, but not executable (${error.code})`);
      return 126;
    default:
      throw error;
  }
}
