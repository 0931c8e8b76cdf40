/** A container that checks share: started when one first asks for it. */
import { cgroupMountPoint } from '../observe/cgrouptree.ts';
import { fact } from '../observe/fact.ts';
import type { Fact } from '../observe/fact.ts';
import type { ProcessView } from '../observe/process.ts';
import type { TerminalSize } from '../wire/messages.ts';
import type { Container, Ended, RunOptions } from './api.ts';
import type { Run } from './run.ts';
import { execArguments, runArguments, resizedWords, signalWords, typedWords } from './shell.ts';
import type { BoxUse } from './use.ts';

export class SharedContainer implements Container {
  readonly argv: readonly string[];
  readonly #run: Run;
  readonly #options: RunOptions;
  /** The container that a command is started in; undefined where it is started for the command. */
  readonly #name: string | undefined;
  #use: BoxUse | undefined;

  constructor(run: Run, options: RunOptions, name?: string) {
    this.argv = options.command;
    this.#run = run;
    this.#options = options;
    this.#name = name;
  }

  command(): Promise<ProcessView> {
    return this.#started().command();
  }

  box(): Promise<ProcessView> {
    return this.#started().box();
  }

  began(): Fact<string> {
    const { cgroup } = this.#started().process;
    return fact('the cgroup in which box was started', cgroup.slice(cgroupMountPoint().length), cgroup, ['made by the judge']);
  }

  released(): Fact<boolean> {
    const { released } = this.#started().process;
    const what = released ? 'has come to its end' : 'is held open by somebody';
    return fact('whether box’s output has come to its end', released, 'read(2) on the other end of it', [`standard output and error: ${what}`]);
  }

  async signal(name: NodeJS.Signals, to: 'command' | 'box' = 'command'): Promise<void> {
    const use = this.#started();
    await use.signal(name, to);
    this.#run.stage.did(use, signalWords(name, to));
  }

  async write(text: string): Promise<void> {
    const use = this.#started();
    use.look();
    use.process.write(Buffer.from(text));
    this.#run.stage.did(use, typedWords(text));
  }

  async resize(size: TerminalSize): Promise<void> {
    const use = this.#started();
    use.look();
    use.process.resize(size);
    this.#run.stage.did(use, resizedWords(size));
  }

  ended(): Promise<Ended> {
    return this.#started().ended();
  }

  async end(): Promise<void> {
    this.#use?.look();
    await this.#use?.end();
  }

  /** The start of box, noted with the check that uses it now. */
  #started(): BoxUse {
    const { flags = [], command } = this.#options;
    this.#use ??= this.#run.start(this.#name === undefined
      ? { argv: runArguments(this.#options), asked: { flags, command }, options: this.#options }
      : { argv: execArguments(this.#name, this.#options), asked: { name: this.#name, flags, command }, options: this.#options });
    this.#run.stage.use(this.#use);
    return this.#use;
  }
}
