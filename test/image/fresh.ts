/** A fresh Debian in a private kernel, made from a bundle's packages, and what is run in it. */
import { execFileSync } from 'node:child_process';
import { ensureKernel } from '../../sandbox/image/setup.ts';
import { silent } from '../../sandbox/image/progress.ts';
import type { Kernel } from '../../sandbox/launch/kernel.ts';
import { bootUml } from '../../sandbox/launch/uml.ts';
import { encodeFrame, FrameReader } from '../../sandbox/wire/frames.ts';
import type { FromAgent } from '../../sandbox/wire/messages.ts';

/** Where the fresh machine's root lies in the private kernel, and where it has the bundle: a disk that is nothing but a tar. */
const ROOT = '/disk/machine';
const BUNDLE = '/dev/ubdd';

/**
 * Makes that root the root. Not with chroot: the kernel gives no user namespace to whoever is in one; see user_namespaces(7).
 */
const enter = `unshare --mount --propagation private sh -c 'cd ${ROOT} && pivot_root . mnt && cd / && umount -l /mnt && exec "$@"' sh`;

/** What is in a Debian before anything: a bundle's packages that every system has, with apt, in an order in which dpkg takes them. */
export function basePackages(bundle: string, release: string): string[] {
  const index = execFileSync('sh', ['-c', 'tar -x -O -f "$1" "$2" | tar -x -O ./Packages', 'sh', bundle, `debs-${release}.tar`], { encoding: 'utf8', maxBuffer: 1e8 });
  const packages = new Map(index.split('\n\n').map((stanza) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
    return [field('Package'), field] as const;
  }));
  const files: string[] = [];
  const seen = new Set<string>();
  const need = (name: string): void => {
    const field = packages.get(name);
    if (!field || seen.has(name)) return;
    seen.add(name);
    for (const dependency of `${field('Pre-Depends')}, ${field('Depends')}`.split(',')) {
      const there = dependency.split('|').map((word) => word.trim().split(/[ (:]/)[0] ?? '').find((word) => packages.has(word));
      if (there) need(there);
    }
    files.push(field('Filename').replace(/^\.\//, ''));
  };
  for (const first of ['base-passwd', 'base-files', 'dpkg', 'libc6', 'mawk']) need(first);
  for (const [name, field] of packages) if (field('Essential') === 'yes' || field('Priority') === 'required' || name === 'apt') need(name);
  return files;
}

export type Ran = { code: number | null; output: string };

export class FreshMachine implements AsyncDisposable {
  readonly #kernel: Kernel;
  readonly #reader = new FrameReader();
  #output = '';
  #ended: ((ran: Ran) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.output.on('data', (chunk: Buffer) => {
      for (const message of this.#reader.push(chunk) as Generator<FromAgent>) this.#take(message);
    });
    void kernel.ended.then((words) => this.#failed?.(new Error(`the kernel: ${words}\n${this.#output}`)));
  }

  /** Boots the kernel and makes the machine. It finds the checkout in /judge, which is its /vagrant; and `more` of it, if that is named. */
  static async make(bundle: string, release: string, more: readonly string[] = []): Promise<FreshMachine> {
    const files = await ensureKernel(silent);
    const machine = new FreshMachine(bootUml(files, {
      agent: 'test/launch/fixtures/echo-agent.ts', more: ['bin', 'src', 'lessons', 'package-lock.json', 'test/image/fixtures', ...more], disks: [bundle], size: { memory: 1024, disk: 1500 },
    }));
    const made = await machine.#run(`sh /judge/test/image/fixtures/fresh-machine.sh ${ROOT} ${BUNDLE} ${release} ${basePackages(bundle, release).join(' ')}`);
    if (made.code !== 0) throw new Error(made.output);
    return machine;
  }

  /** Provisions it, as root, as Vagrant would. */
  provision(): Promise<Ran> {
    return this.root(`DRYDOCK_SOURCE=/judge DRYDOCK_BUNDLE=${BUNDLE} DRYDOCK_SWAP=64 sh /judge/sandbox/image/provision.sh`);
  }

  /** Runs a line of shell in the machine as root; and as the user of every box, in a login of which nobody types. */
  root(line: string): Promise<Ran> {
    return this.#run(`${enter} bash -c ${quoted(line)}`);
  }

  vagrant(line: string): Promise<Ran> {
    return this.#run(`${enter} su --login vagrant --command ${quoted(line)} < /dev/null`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failed = undefined;
    this.#kernel.kill();
    await this.#kernel.ended;
  }

  #run(script: string): Promise<Ran> {
    this.#output = '';
    return new Promise((resolve, reject) => {
      this.#ended = resolve;
      this.#failed = reject;
      this.#kernel.input.write(encodeFrame({ id: 'run', op: 'run', argv: ['sh', `{ ${script}\n} 2>&1`] }));
    });
  }

  #take(message: FromAgent): void {
    if (message.id !== 'run') return;
    if (message.event === 'output') this.#output += Buffer.from(message.base64, 'base64').toString();
    if (message.event === 'done' && message.value.op === 'run') this.#ended?.({ code: message.value.ending.code, output: this.#output });
    if (message.event === 'failed') this.#failed?.(new Error(message.message));
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
