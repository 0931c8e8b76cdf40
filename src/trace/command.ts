/**
 * What is traced: the container that a lesson is about, in one command that ends by itself. The same for the learner's box
 * and for the reference.
 */

/** Where the container's files lie, a small root of busybox; laid before box starts. */
const IMAGE = '/tmp/image';

/** A second layer, to lie on top of it. */
const TOP = '/tmp/top';

/** Lays them; what is in /tmp of the wall is the wall root's. */
const LAY_IMAGE = `set -e
mkdir -p ${IMAGE} ${TOP}/etc
echo top >${TOP}/etc/layer
cd ${IMAGE}
mkdir -p bin dev etc proc sys tmp
cp /bin/busybox bin
bin/busybox --install bin`;

export type Traced = {
  /** What follows `box`: run, …, --, true. */
  args: readonly string[];
  /** What is to be done before, unseen; undefined where there is nothing. */
  setup: string | undefined;
};

/** From which lesson on box knows these flags. Later ones are added as there are lessons for them. */
const flags: readonly { from: number; to?: number; words: readonly string[] }[] = [
  { from: 2, words: ['--hostname', 'hold'] },
  { from: 5, to: 6, words: ['--rootfs', IMAGE] },
  { from: 7, words: ['--layer', IMAGE, '--layer', TOP] },
  { from: 8, words: ['--memory', '64m', '--pids-limit', '64'] },
  { from: 9, words: ['--network', 'bridge'] },
  { from: 10, words: ['-p', '8080:80'] },
  { from: 11, words: ['--init'] },
];

/** The lesson in which a command joins a container that runs: that is what is followed then. */
const JOINING = 12;

/** The container that is joined; the box that is followed has started it. */
const HELD = 'held';

/** The container of the lesson with this number. */
export function tracedBy(lesson: number): Traced {
  const words = flags.filter(({ from, to }) => lesson >= from && lesson <= (to ?? Infinity)).flatMap((flag) => flag.words);
  if (lesson < JOINING) return { args: ['run', ...words, '--', 'true'], setup: lesson >= 5 ? LAY_IMAGE : undefined };
  const start = startOfBox(['run', '-d', '--name', HELD, ...words, '--', 'sleep', '1000']);
  return { args: ['exec', HELD, '--', 'true'], setup: `${LAY_IMAGE}\ncd /work\n${start.join(' ')} >/dev/null` };
}

/** The same place for what somebody names themselves: the image is laid for every command. */
export function tracedAs(args: readonly string[]): Traced {
  return { args, setup: LAY_IMAGE };
}

/** How box is started in the wall, as the judge does. */
export function startOfBox(args: readonly string[], command?: string): string[] {
  if (command === undefined) return ['node', '/work/box/box.ts', ...args];
  return ['/bin/sh', '-c', `exec ${command} "$@"`, 'box', ...args];
}

/** The command as one types it. */
export function commandText(args: readonly string[]): string {
  return ['box', ...args].map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
