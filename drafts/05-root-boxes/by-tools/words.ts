/** The command line as an object. */
export class Words {
  readonly command: string[];
  readonly flags = new Map<string, string[]>();

  private constructor(command: string[]) {
    this.command = command;
  }

  static read(argv: string[]): Words | Error {
    const end = argv.indexOf('--');
    if (argv[0] !== 'run' || end < 0 || end === argv.length - 1) return new Error('box run [FLAGS] -- COMMAND');
    const words = new Words(argv.slice(end + 1));
    for (let at = 1; at < end; at += 2) {
      const flag = argv[at]!;
      if (!Words.known.includes(flag)) return new Error(`${flag} is no flag of mine`);
      words.flags.set(flag, [...(words.flags.get(flag) ?? []), argv[at + 1]!]);
    }
    return words;
  }

  static readonly known = ['-e', '--hostname', '--rootfs'];

  get environment(): NodeJS.ProcessEnv {
    const added = (this.flags.get('-e') ?? []).map((pair) => [pair.replace(/=.*/s, ''), pair.replace(/^.*?=/s, '')]);
    return { ...process.env, ...Object.fromEntries(added) };
  }
}
