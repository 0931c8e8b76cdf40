/** From a command line to an exit status. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { allCommands, commandNames, findCommand } from '../../src/cli/commands.ts';
import { makeContext } from '../../src/cli/dispatch.ts';
import { commandHelp } from '../../src/cli/help.ts';
import { parseCommand } from '../../src/cli/parse.ts';
import type { Command, World } from '../../src/cli/command.ts';
import { Exit, UserError } from '../../src/errors.ts';
import { read, temporaryFolder } from '../lesson/fixture.ts';
import { drydock } from './harness.ts';

describe('finding a command', () => {
  test.each([
    ['chekc', 'Did you mean `drydock check`?'], ['lst', 'Did you mean `drydock list`?'], ['cuorse', 'Did you mean `drydock course`?'], ['hepl', 'Did you mean `drydock help`?'],
    ['5', 'drydock start 5'], ['constructor', 'drydock help   shows them all'], ['', 'drydock help   shows them all'],
  ])('%j is unknown: %s', async (typed, next) => {
    const { exit, out, err } = await drydock([typed]);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(`drydock: There is no command "${typed}".`);
    expect(err).toContain(`  → ${next}`);
  });

  test.each([
    [['course'], '`drydock course` needs one more word.', 'It has: course check, course lay, course new.'],
    [['course', 'chek'], 'There is no command `drydock course chek`.', 'Did you mean `drydock course check`?'],
    [['course', '--static'], '`drydock course` needs one more word.', 'It has: course check'],
  ])('%j: %s', async (argv, message, next) => {
    const { exit, err } = await drydock(argv);
    expect(exit).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain(next);
  });

  test.each([
    [['--workspace', 'there', 'hint', '1'], 'drydock hint 1 --workspace there'], [['--json', 'check', '1'], 'drydock check 1 --json'],
    [['--workspace', 'there', 'course', 'check'], 'drydock course check --workspace there'],
  ])('%j: a command behind its options is told how it goes', async (argv, next) => {
    expect(await drydock(argv)).toMatchObject({ exit: 2 });
    const { out, err } = await drydock(argv);
    expect(out + err).toContain('Options stand behind the command.');
    expect(out + err).toContain(next);
  });

  test('what is no command is no option’s fault', async () => {
    expect((await drydock(['--plain', 'nonsense'])).err).toContain('`drydock` does not know what to do with "nonsense".');
  });

  test('an unknown lesson is answered with the nearest', async () => {
    expect(await drydock(['read', 'frist'])).toMatchObject({ exit: 2, err: expect.stringContaining('drydock: There is no lesson "frist".\n  → Did you mean 01-first?') as string });
  });

  test('errors are JSON where JSON was asked for', async () => {
    for (const argv of [['list', '--json', '--nonsense'], ['lst', '--json']]) {
      const { exit, out, err } = await drydock(argv);
      expect([exit, err]).toEqual([2, '']);
      expect(JSON.parse(out)).toMatchObject({ schema: 'drydock.error/1', exit: 2, next: expect.any(Array) as unknown });
    }
    expect((await drydock(['lst', '--', '--json'])).out).toBe('');
  });
});

describe('parsing', () => {
  const command = (more: Partial<Command> = {}): Command => ({
    name: 'try', summary: 's', usage: ['try'], examples: [], run: async () => Exit.done,
    options: { seed: { type: 'string', value: 'S', help: 'h' }, yes: { type: 'boolean', short: 'y', help: 'h' }, lesson: { type: 'string', multiple: true, help: 'h' } }, ...more,
  });
  const parse = (argv: string[], more?: Partial<Command>) => parseCommand(command(more), argv);

  test.each<[string[], object]>([
    [['a', '--seed', 's', 'b'], { values: { seed: 's' }, positionals: ['a', 'b'] }],
    [['--seed=x=y', '-y'], { values: { seed: 'x=y', yes: true }, positionals: [] }],
    [['--lesson', '1', '--lesson', '2'], { values: { lesson: ['1', '2'] }, positionals: [] }],
    [['--seed', '1', '--seed', '2'], { values: { seed: '2' }, positionals: [] }],
    [['--', '--seed'], { values: {}, positionals: ['--seed'] }],
    [['--workspace', '/x', '-h'], { values: { workspace: '/x', help: true }, positionals: [] }],
  ])('%j', (argv, parsed) => {
    expect(parse(argv)).toEqual(parsed);
  });

  test.each([
    [['--sed', '1'], '`drydock try` has no option --sed.', 'Did you mean --seed?'], [['-x'], '`drydock try` has no option -x.', 'drydock try --help'],
    [['--seed'], '--seed needs a value: --seed S.', 'drydock try --help'], [['--seed='], '--seed needs a value', ''], [['--yes=no'], '--yes takes no value, but "no" was given.', ''],
    [['--constructor'], 'has no option --constructor', ''], [['--seed', '--yes'], '--seed needs a value', ''],
  ])('%j: %s', (argv, message, next) => {
    expect.assertions(3);
    try {
      parse(argv);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toContain(message);
      expect((error as UserError).next.join()).toContain(next);
    }
  });

  test('too many words are named', () => {
    expect(() => parse(['a', 'b', 'c'], { most: 1 })).toThrow('`drydock try` does not know what to do with "b", "c".');
  });

  test.each<[string[], object]>([
    [['run', '--rm', '--seed', '1', '--', 'sh'], { values: {}, positionals: ['run', '--rm', '--seed', '1', '--', 'sh'] }],
    [['--seed', '1', 'run', '-y'], { values: { seed: '1' }, positionals: ['run', '-y'] }],
    [['-y', '--seed=1', '--unknown'], { values: { yes: true, seed: '1' }, positionals: ['--unknown'] }],
    [['--', '--seed', '1'], { values: {}, positionals: ['--seed', '1'] }],
    [['--help'], { values: { help: true }, positionals: [] }],
    [['ps', '--help'], { values: {}, positionals: ['ps', '--help'] }],
    [[], { values: {}, positionals: [] }],
  ])('passed on: %j', (argv, parsed) => {
    expect(parse(argv, { passesOn: true })).toEqual(parsed);
  });
});

describe('help', () => {
  test('names every command, and fits 80 columns', async () => {
    const { exit, out } = await drydock(['help']);
    expect(exit).toBe(0);
    for (const name of commandNames) expect(out).toContain(`  ${name}`);
    expect(out).toEqual((await drydock(['--help'])).out);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('of every command has its forms, options, and examples that its own parser takes', async () => {
    for (const command of await allCommands()) {
      const text = commandHelp(command);
      expect(text.split('\n').filter((line) => line.length > 80), command.name).toEqual([]);
      for (const option of Object.keys(command.options)) expect(text).toContain(`--${option}`);
      expect(command.examples.length, command.name).toBeGreaterThan(0);
      expect(command.usage.every((form) => form.startsWith(command.name)), command.name).toBe(true);
      for (const { type } of command.examples) {
        const words = /drydock ([^|>]*)/.exec(type)?.[1]?.trim().match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'(.*)'$/, '$1')) ?? [];
        const found = await findCommand(words);
        parseCommand(found.command, found.rest);
      }
      expect(await drydock([...command.name.split(' '), '--help'])).toEqual({ exit: 0, out: text, err: '' });
      expect((await drydock(['help', ...command.name.split(' ')])).out).toBe(text);
    }
  });

  test('of a group shows all of it', async () => {
    const { out } = await drydock(['help', 'course']);
    for (const name of ['course check', 'course lay', 'course new']) expect(out).toContain(`drydock ${name}`);
    expect((await drydock(['course', '--help'])).out).toBe(out);
  });

  test('of nothing known', async () => {
    expect(await drydock(['help', 'lst'])).toMatchObject({ exit: 2, err: expect.stringContaining('Did you mean `drydock list`') as string });
  });
});

describe('the context', () => {
  const world = { root: '/checkout', cwd: '/home/me', env: {}, stdin: {}, stdout: {}, signal: new AbortController().signal } as unknown as World;

  test.each([
    [{}, {}, '/checkout/workspace'], [{ workspace: 'ws' }, {}, '/home/me/ws'], [{ workspace: '/abs' }, { DRYDOCK_WORKSPACE: '/env' }, '/abs'], [{}, { DRYDOCK_WORKSPACE: 'env' }, '/home/me/env'],
    [{}, { DRYDOCK_WORKSPACE: '' }, '/checkout/workspace'],
  ])('%j with %j is %s', (values, env, workspace) => {
    expect(makeContext({ ...world, env }, { values, positionals: [] }).workspace).toBe(workspace);
  });
});

describe('what is our fault', () => {
  test('leaves a report, and 4', async () => {
    using folder = temporaryFolder();
    // No sandbox was promised to this command, so asking for one throws what no command expects.
    const { exit, err } = await drydock(['course', 'check', '1'], { env: { DRYDOCK_CACHE: folder.path } });
    expect(exit).toBe(4);
    const report = /→ Everything about it is in (.*)/.exec(err)?.[1] ?? '';
    expect(path.dirname(report)).toBe(path.join(folder.path, 'crashes'));
    expect(read('/', report)).toMatch(/command {3}drydock course check 1\n[^]*Error: no sandbox was expected\n {4}at /);
  });

  test('without a cache that can be written, the report is in the temporary folder', async () => {
    const { err } = await drydock(['course', 'check', '1'], { env: { DRYDOCK_CACHE: '/dev/null/cache' } });
    const report = /→ Everything about it is in (.*)/.exec(err)?.[1] ?? '';
    expect(fs.existsSync(report)).toBe(true);
    fs.rmSync(report);
  });

  test('an interrupted command ends with 130, whatever it threw', async () => {
    expect((await drydock(['course', 'check', '1'], { signal: AbortSignal.abort() })).exit).toBe(130);
    expect((await drydock(['list'], { signal: AbortSignal.abort() })).exit).toBe(130);
  });
});

test('--version', async () => {
  using folder = temporaryFolder();
  fs.writeFileSync(path.join(folder.path, 'package.json'), '{"version": "9.8.7"}');
  expect(await drydock(['--version'], { root: folder.path })).toEqual({ exit: 0, out: 'drydock 9.8.7\n', err: '' });
});
