/**
 * apt, without root and without touching the system: its lists, archives and state are in a directory of ours.
 *
 * Of the machine's own configuration only two things are taken over: its sources, and the Acquire settings (proxies,
 * mirrors, time-outs). Hooks are not: some images clear the system's package cache after every `apt-get update`.
 * What apt trusts, it trusts here: unsigned sources are refused (apt-secure(8)).
 */
import fs from 'node:fs';
import path from 'node:path';
import { Exit, UserError } from '../../src/errors.ts';
import { CommandError, runCommand, type CommandOptions } from './command.ts';
import { vagrantWay, type release } from './machine.ts';

/** One package of the archive as its signed index describes it. `sha256` is of the .deb, `size` in bytes. */
export type Stanza = { name: string; version: string; architecture: string; sha256: string; size: number };

export type AptOptions = {
  /** A directory of ours for everything apt writes. */
  dir: string;
  /** Debian's name of the architecture. */
  architecture: string;
  /** A mirror to take instead of the machine's sources. */
  mirror?: string | undefined;
  release: Pick<ReturnType<typeof release>, 'id' | 'codename'>;
};

export class Apt {
  readonly #dir: string;
  readonly #env: Record<string, string | undefined>;
  /** What `update` could not fetch, in apt's own words. */
  #complaints = '';

  private constructor(dir: string, env: Record<string, string | undefined>) {
    this.#dir = dir;
    this.#env = env;
  }

  /** Lays out the private directories and writes the configuration. */
  static async open(options: AptOptions): Promise<Apt> {
    const { dir } = options;
    for (const sub of ['lists/partial', 'archives/partial', 'none']) fs.mkdirSync(path.join(dir, sub), { recursive: true });
    fs.writeFileSync(path.join(dir, 'status'), ''); // No package is installed, so closures are whole.
    const machine = await runCommand(['apt-config', 'dump', 'Acquire'], { env: { ...process.env, LC_ALL: 'C' } });
    // Index targets are left out: those of other tools (icons, file lists) would be downloaded for nothing.
    const acquire = machine.stdout.split('\n').filter((line) => !/^Acquire::(IndexTargets|Languages)\b/.test(line));
    const config = [
      `Dir::Etc::parts "${dir}/none";`, 'Dir::Etc::main "/dev/null";',
      `Dir::State "${dir}";`, `Dir::State::lists "${dir}/lists";`, `Dir::State::status "${dir}/status";`,
      `Dir::Cache "${dir}";`, `Dir::Cache::archives "${dir}/archives";`, `Dir::Log "${dir}";`,
      'APT::Sandbox::User "";', // Our directories are not the user _apt's; signatures do not depend on it.
      `APT::Architecture "${options.architecture}";`, `APT::Architectures { "${options.architecture}"; };`,
      'APT::Install-Recommends "false";',
      ...acquire,
      'Acquire::Languages "none";', 'Acquire::Retries "2";',
    ];
    if (options.mirror) {
      const components = options.release.id === 'ubuntu' ? 'main universe' : 'main';
      fs.writeFileSync(path.join(dir, 'sources.list'), `deb ${options.mirror} ${options.release.codename} ${components}\n`);
      config.push(`Dir::Etc::sourcelist "${dir}/sources.list";`, `Dir::Etc::sourceparts "${dir}/none";`);
    }
    const file = path.join(dir, 'apt.conf');
    fs.writeFileSync(file, `${config.join('\n')}\n`);
    return new Apt(dir, { ...process.env, APT_CONFIG: file, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' });
  }

  /** Fetches the signed indexes of the sources. A source that fails is only a problem if a package is then missing. */
  async update(onPercent: (percent: number) => void): Promise<void> {
    try {
      const { stdout, stderr } = await this.#apt(['apt-get', 'update', '-q', '-o', 'APT::Status-Fd=3'], { onStatus: percentOf(onPercent) });
      this.#complaints = [...stdout.split('\n'), ...stderr.split('\n')].filter((line) => /^(Err|E|W):/.test(line)).join('\n');
    } catch (error) {
      throw this.#explain(error, 'The package indexes could not be fetched');
    }
  }

  /** The names of all packages that come with `wanted`, by dependency. */
  async closure(wanted: readonly string[]): Promise<string[]> {
    try {
      const { stdout } = await this.#apt(['apt-get', 'install', '-qq', '--print-uris', ...wanted]);
      // 'URI' name_version_arch.deb size hash; a ':' of the version is escaped, so the name ends at the first '_'.
      const names = stdout.split('\n').map((line) => /^'[^']*' ([^_ ]+)_/.exec(line)?.[1]).filter((name) => name !== undefined);
      return [...new Set(names)].sort();
    } catch (error) {
      throw this.#explain(error, `Packages that the kernel's root needs are not in this machine's package sources`);
    }
  }

  /** Every version of the named packages that the sources offer, best first, as apt would choose. */
  async stanzas(names: readonly string[]): Promise<Map<string, Stanza[]>> {
    const found = new Map<string, Stanza[]>();
    if (names.length === 0) return found;
    const { stdout } = await this.#apt(['apt-cache', 'show', ...names]).catch((error: unknown) => {
      if (error instanceof CommandError && /No packages found|Unable to locate/.test(error.stderr)) return { stdout: '' };
      throw error;
    });
    for (const block of stdout.split('\n\n')) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      const stanza = {
        name: field('Package'), version: field('Version'), architecture: field('Architecture'), sha256: field('SHA256'), size: Number(field('Size')),
      };
      if (!stanza.name || !stanza.sha256) continue;
      const versions = found.get(stanza.name) ?? [];
      if (!versions.some((known) => known.sha256 === stanza.sha256)) versions.push(stanza);
      found.set(stanza.name, versions);
    }
    return found;
  }

  /** Downloads these .debs into `into`, under the names that `debFile` gives. */
  async download(stanzas: readonly Stanza[], into: string, onPercent: (percent: number) => void): Promise<void> {
    if (stanzas.length === 0) return;
    const versions = stanzas.map(({ name, version }) => `${name}=${version}`);
    try {
      await this.#apt(['apt-get', 'download', '-q', '-o', 'APT::Status-Fd=3', ...versions], { cwd: into, onStatus: percentOf(onPercent) });
    } catch (error) {
      throw this.#explain(error, 'The packages could not be fetched');
    }
  }

  /** The error for packages that no source offers: often the sources themselves could not be asked. */
  unavailable(names: readonly string[]): UserError {
    if (this.#complaints !== '') {
      const network = this.#explain(new CommandError('apt-get update', 'left sources out', ''), 'The package indexes could not be fetched');
      if (network instanceof UserError) return network;
    }
    const some = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
    return new UserError(`This machine's package sources do not have ${some}.`, {
      next: ['see that the sources of the release itself are enabled (on Ubuntu also "universe")', ...vagrantWay], exit: Exit.cannotRun,
    });
  }

  #apt(argv: [string, ...string[]], options: CommandOptions = {}): Promise<{ stdout: string; stderr: string }> {
    return runCommand(argv, { cwd: this.#dir, ...options, env: this.#env });
  }

  /** What went wrong, in a sentence, with the way on. */
  #explain(error: unknown, what: string): unknown {
    if (!(error instanceof CommandError)) return error;
    const said = `${error.stderr}\n${this.#complaints}`;
    const detail = said.split('\n').find((line) => /^(E|W|Err):/.test(line))?.replace(/^\w+:\s*/, '') ?? error.message;
    if (/No space left on device/.test(said)) {
      return new UserError(`${what}: the disk is full.`, { next: [`free some space, or set DRYDOCK_CACHE to another disk`], exit: Exit.cannotRun, cause: error });
    }
    if (/resolv|onnect|unreachable|timed? ?out|Failed to fetch/i.test(said)) {
      return new UserError(`${what}: there is no network, or a package source does not answer (${detail}).`, {
        next: ['run the command again with a network; what was fetched is kept', ...vagrantWay], exit: Exit.cannotRun, cause: error,
      });
    }
    return new UserError(`${what} (${detail}).`, { next: vagrantWay, exit: Exit.cannotRun, cause: error });
  }
}

/** The file name `apt-get download` gives a package. */
export function debFile({ name, version, architecture }: Stanza): string {
  return `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`;
}

/** Reads apt's status lines: "dlstatus:ITEM:PERCENT:text". */
function percentOf(onPercent: (percent: number) => void): (line: string) => void {
  return (line) => {
    const percent = /^dlstatus:[^:]*:([\d.]+):/.exec(line)?.[1];
    if (percent !== undefined) onPercent(Number(percent));
  };
}
