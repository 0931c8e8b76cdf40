/** Command lines that a check shows are run by a real bash here: what arrives must be exactly what was meant. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxLine, commandLine, execArguments, resizedWords, runArguments, signalWords, typedWords } from '../../sandbox/check/shell.ts';

test.each([
  [['sleep', '86400.193847'], 'sleep 86400.193847'],
  [['sh', '-c', 'exit 42'], "sh -c 'exit 42'"],
  [['echo', "it's"], `echo 'it'\\''s'`],
  [['printf', 'a\nb\t\u001b'], "printf $'a\\nb\\t\\x1b'"],
  [['echo', ''], "echo ''"],
  [['env', 'A=b', '--c=d'], 'env A=b --c=d'],
  [['~', '$HOME', '*'], "'~' '$HOME' '*'"],
])('%j', (argv, line) => {
  expect(commandLine(argv)).toBe(line);
});

test('bash reads every line as the words it was made from, and a line is one line', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.constantFrom("'", '"', '$(id)', '`id`', '!!', '~', '#x', 'a\\', '\r\n', 'ž', '-n', '=', 'a=b', '*', '{a,b}', '\u007f'),
  ).filter((text) => !text.includes('\u0000'));
  const lists = fc.sample(fc.array(word, { maxLength: 6 }), 150);
  const script = lists.map((list) => {
    const line = commandLine(['show', ...list]);
    expect(line).not.toContain('\n');
    return line;
  });
  const out = execFileSync('bash', ['-c', `show() { printf '%s\\0' "$#" "$@"; }\n${script.join('\n')}\n`]);
  expect(out.toString('utf8').split('\0').slice(0, -1)).toEqual(lists.flatMap((list) => [String(list.length), ...list]));
});

test('the arguments of a run', () => {
  expect(runArguments({ command: ['true'] })).toEqual(['run', '--', 'true']);
  expect(runArguments({ flags: ['--hostname', 'x'], command: ['sleep', '1'] })).toEqual(['run', '--hostname', 'x', '--', 'sleep', '1']);
});

test('the arguments of an exec: the name comes between flags and command', () => {
  expect(execArguments('web', { command: ['true'] })).toEqual(['exec', 'web', '--', 'true']);
  expect(execArguments('web', { flags: ['-i', '-t'], command: ['sh', '-s'] })).toEqual(['exec', '-i', '-t', 'web', '--', 'sh', '-s']);
});

test('input and environment come before the call', () => {
  expect(boxLine(['run', '--', 'cat'], { input: 'one\ntwo' })).toBe("printf %s $'one\\ntwo' | box run -- cat");
  expect(boxLine(['run', '--', 'env'], { env: { A: 'b c', E: '' } })).toBe("A='b c' E= box run -- env");
});

test('what the judge did, as a remark', () => {
  expect(typedWords('exit 3\n')).toBe("write $'exit 3\\n' to its standard input");
  expect(resizedWords({ rows: 24, columns: 80 })).toBe('make the window 80 columns wide and 24 rows high');
  expect([signalWords('SIGTERM', 'box'), signalWords('SIGKILL', 'command')]).toEqual(['kill -TERM box, from outside', 'kill -KILL the command, from outside']);
});
