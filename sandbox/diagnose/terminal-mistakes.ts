/** Half of lesson 06's mistakes (mistakes/06-dev.ts has the other, and hands out both): terminals that are somebody else's, deaf, or the wrong size. */
import type { TerminalModes } from '../observe/tty.ts';
import { cite, citeMounts } from './cite.ts';
import { inImages, isHosts, isTerminal, mountsBelow, notedFile, notedFiles, notedSize, sameFile, someInImage } from './dev-helpers.ts';
import { boxes, noted } from './helpers.ts';
import { mountIn } from './mount-helpers.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';

const lesson = '06-dev';

export const terminalRules: readonly Rule[] = [
  {
    id: 'devpts-missing',
    lesson,
    title: 'Nothing is mounted on /dev/pts',
    why:
      'A terminal is a file in a devpts, made by the kernel while somebody holds the other end. A directory of the name pts is a directory: /dev/ptmx leads into it ' +
      'and finds nothing. So there is no terminal to be had in there, by nobody: not by tmux, not by script, not by -t.',
    look: 'mountTerminals gets the place. What has to be mounted there?',
    checks: ['pts'],
    when: (scene) => someInImage(scene, (command) => mountIn(command, '/dev') !== undefined && !isHosts(command, scene, '/dev') && mountIn(command, '/dev/pts') === undefined),
    evidence: (scene) => inImages(scene).slice(0, 1).flatMap((command) => citeMounts(command, mountsBelow(command, '/dev').slice(0, 5))),
  },
  {
    id: 'terminal-ignored',
    lesson,
    title: '-t was asked for, and the command has box’s own terminal',
    why:
      'Its standard input, output and error are those of box: a terminal of the host. It works, until one looks: there is no ' +
      'such file in the container\'s /dev/pts, so tty(1) does not know it; and the command sits in the same session as your own shell.',
    look: 'The stage has to exchange three descriptors before it becomes the command.',
    checks: ['terminal'],
    when: (scene) => notedFiles(scene, 'files').length === 3 && notedFiles(scene, 'files').every((file) => sameFile(file, notedFile(scene, 'box’s file'))),
    evidence: (scene) => [...boxes(scene), ...inImages(scene)].flatMap((process) => cite(process, 'fds')),
  },
  {
    id: 'standard-error-left-out',
    lesson,
    title: 'One of the three still leads to the host',
    why: (scene) =>
      `Descriptor ${left(scene).join(' and ')} is still box's own terminal. The command's errors come out there, past the new terminal; and a ` +
      'descriptor works in both directions: the container can read from your terminal, and type on it.',
    look: 'Count the calls of dup2(2).',
    checks: ['terminal'],
    when: (scene) => left(scene).length > 0 && left(scene).length < notedFiles(scene, 'files').length,
    evidence: (scene) => inImages(scene).flatMap((process) => cite(process, 'fds')),
  },
  {
    id: 'no-session',
    lesson,
    title: 'The command has a terminal, in a session that belongs to another one',
    why:
      'A session has one controlling terminal at most. The command is still in the session in which box was started, and that has yours. So the new ' +
      'terminal has nobody to send signals to. Ctrl-C is taken off the line, and then nothing happens: a shell says "can\'t access tty; job control turned off".',
    look: 'credentials(7), on sessions. Which call begins a new one?',
    checks: ['controlling'],
    when: (scene) => leads(scene) === false,
    evidence: (scene) => inImages(scene).flatMap((process) => cite(process, 'terminal')),
  },
  {
    id: 'not-the-controlling-terminal',
    lesson,
    title: 'A new session, without a terminal that controls it',
    why:
      'A new session begins with no controlling terminal. Having one open as 0, 1 and 2 is not enough: somebody must say that it is this one. ' +
      'Until then /dev/tty is ENXIO, and Ctrl-C and a change of the window\'s size reach nobody.',
    look: 'ioctl_tty(2), "Controlling terminal". (Opening does it by itself, unless one asks it not to.)',
    checks: ['controlling'],
    when: (scene) => leads(scene) === true && noted(scene, 'its controlling terminal') === null,
    evidence: (scene) => inImages(scene).flatMap((process) => cite(process, 'terminal')),
  },
  {
    id: 'size-never-set',
    lesson,
    title: 'The terminal has no size',
    why:
      'A new terminal has 0 rows and 0 columns: there is no window that it could ask. Programs then guess 80 by 24, or draw ' +
      'everything into one corner. "My container\'s screen is garbled" is mostly this.',
    look: 'box knows a terminal that has a size. Two requests of ioctl(2): one asks for it, the other one sets it.',
    checks: ['size'],
    when: (scene) => {
      const [size, box] = [notedSize(scene, 'its size'), notedSize(scene, 'box’s size')];
      return size?.rows === 0 && size.columns === 0 && box !== undefined && box.rows > 0;
    },
  },
  {
    id: 'size-never-changes',
    lesson,
    title: 'The window has changed, and the terminal inside has not heard of it',
    why:
      'Its size was set once. The kernel tells of a new one by a signal, SIGWINCH, and it tells those in the foreground of *your* terminal. That is box. The command ' +
      'is in the foreground of another one, and its kernel structure has the old numbers until somebody changes them.',
    look: 'Who gets SIGWINCH, and what should it do then? (Node does nothing with it unless asked.)',
    checks: ['resize'],
    when: (scene) => {
      const [size, box] = [notedSize(scene, 'its size'), notedSize(scene, 'box’s size')];
      return size !== undefined && size.rows > 0 && box !== undefined && box.rows !== size.rows;
    },
  },
  {
    id: 'two-terminals-in-a-row',
    lesson,
    title: 'Ctrl-C never got into the container: it hit box',
    why:
      'Your own terminal is still set to make lines and signals of what is typed. So it took the Ctrl-C for itself and sent SIGINT to its foreground group, which is box. ' +
      'box died, and with it everything in the container. (What is typed also appears twice, as both terminals echo it.)',
    look: 'Which mode of a terminal passes on every byte as it comes? Node has a method for it.',
    checks: ['interrupt'],
    when: (scene) => noted(scene, 'box lives') === false,
  },
  {
    id: 'terminal-left-raw',
    lesson,
    title: 'Your own terminal was not given back',
    why: (scene) =>
      `box has ended, and its terminal is still without ${new Intl.ListFormat('en').format(switchedOff(scene))}. These are settings of the terminal, not of a process: they outlive whoever made them. The shell that ` +
      'gets the terminal back finds it so: one types blindly, Ctrl-C ends nothing, lines come out as stairs. (`stty sane` helps, typed blindly, too.)',
    look: 'What was changed has to be changed back before box ends, on whichever way it ends. (Node sees to its own terminal when it exits in the ordinary way, and only then.)',
    checks: ['restored'],
    when: (scene) => switchedOff(scene).length > 0,
  },
  {
    id: 'output-cut',
    lesson,
    title: 'box was gone before all had been copied',
    why: (scene) =>
      `Of ${String(noted(scene, 'lines written'))} lines that the command wrote, ${String(noted(scene, 'lines arrived'))} arrived, and the end is missing. When a command has ended, what it wrote last is still in the terminal: it was not ` +
      'copied yet, and it waits. box took the end of the process for the end of its output. Where little is written nobody notices.',
    look: 'What does reading from a master give when the last slave has been closed, and all has been read?',
    checks: ['output'],
    when: (scene) => {
      // Of the last line alone one cannot tell: it is written only where there is a terminal.
      const [arrived, written] = [noted(scene, 'lines arrived'), noted(scene, 'lines written')];
      return typeof arrived === 'number' && typeof written === 'number' && noted(scene, 'from the first on') === true && arrived > 0 && arrived < written - 1;
    },
  },
];

/** What box has left switched off of its own terminal, in words; empty where it had none. */
function switchedOff(scene: Scene): string[] {
  const modes = noted(scene, 'left as') as TerminalModes | null | undefined;
  const words: Record<keyof TerminalModes, string> = { echo: 'echo', lines: 'line editing', signals: 'Ctrl-C' };
  return (Object.keys(words) as (keyof TerminalModes)[]).flatMap((mode) => (modes?.[mode] === false ? [words[mode]] : []));
}

/** Numbers of the command's three descriptors that are still box's own terminal. */
function left(scene: Scene): number[] {
  const mine = notedFile(scene, 'box’s file');
  return isTerminal(mine) ? notedFiles(scene, 'files').flatMap((file, number) => (sameFile(file, mine) ? [number] : [])) : [];
}

/** Whether the command leads a session of its own; undefined where that is not known. */
function leads(scene: Scene): boolean | undefined {
  const session = noted(scene, 'session');
  return Array.isArray(session) ? session.at(-1) === 1 : undefined;
}
