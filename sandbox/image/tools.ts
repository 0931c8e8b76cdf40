/**
 * The tools that build the image and start the kernel (mke2fs, tcc, bwrap, setpriv, …), unpacked beside everything else
 * and run from there with their own loader and libraries, so that it does not matter what this machine has installed.
 */
import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import type { Architecture } from './machine.ts';

/** An unpacked tree of tools. */
export class Tools {
  readonly dir: string;
  readonly #architecture: Architecture;

  constructor(dir: string, architecture: Architecture) {
    this.dir = dir;
    this.#architecture = architecture;
  }

  /** The argument vector that runs a tool of the tree, with these arguments. */
  argv(tool: string, args: readonly string[]): [string, ...string[]] {
    const file = ['usr/bin', 'usr/sbin'].map((bin) => path.join(this.dir, bin, tool)).find((candidate) => fs.existsSync(candidate));
    if (!file) throw new Error(`${this.dir} has no ${tool}`);
    return [path.join(this.dir, 'usr', this.#architecture.loader), '--library-path', path.join(this.dir, 'usr/lib', this.#architecture.triplet), file, ...args];
  }

  async run(tool: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const { stdout } = await runCommand(this.argv(tool, args), { env: { ...process.env, LC_ALL: 'C', ...env } });
    return stdout;
  }

  /** Compiles the shim that User-Mode Linux is started with (see xstate.c). */
  async compileShim(source: string, to: string): Promise<void> {
    await this.run('tcc', ['-B' + path.join(this.dir, 'usr/lib', this.#architecture.triplet, 'tcc'), '-shared', '-nostdlib', '-o', to, source]);
  }

  /**
   * Makes an ext4 image of `bytes` length. `from` is a folder to fill it with.
   *
   * No journal (nothing survives a kernel anyway, and boot is quicker), no checksums (owners are patched afterwards), a
   * fixed id and hash seed, so that the same files give the same image.
   */
  async makeExt4(file: string, bytes: number, from?: string): Promise<void> {
    const id = '00000000-0000-4000-8000-000000000000';
    await this.run('mke2fs', [
      '-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-O', '^has_journal,^metadata_csum,^resize_inode', '-U', id,
      '-E', `hash_seed=${id},lazy_itable_init=0,root_owner=0:0`, ...(from === undefined ? [] : ['-d', from]), file, `${Math.ceil(bytes / 1024)}k`,
    ], { E2FSPROGS_FAKE_TIME: '1' });
  }
}
