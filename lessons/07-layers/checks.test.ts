/** Lesson 07: do containers see their layers, write to none of them, and leave behind what was asked for, and nothing else? */
import { readFileSync } from 'node:fs';
import { derive, type Fact, lesson } from '#check';

/** Makes the layers. */
const layers = readFileSync(new URL('./fixtures/layers.sh', import.meta.url), 'utf8');

// Every kind of change, then a file to show that it is done, then a line from outside, and the end.
const changing = `
rm -r "/$1"; mkdir -p "/$1/sub"; echo >"/$1/same"; echo >"/$1/sub/fresh"
rm "/$2"; rm -r "/$3"; echo more >>"/$4/er/file"; mkdir "/$5"; echo >"/$5/one"
echo "$0" >"/$0"; read line; exit "$6"`;

// All that there is to see of files without opening them, and sums of what is in them. (Hard links: their first name is enough.)
const state = `find "$@" -printf '%p: %y %m %U:%G %n %s bytes, %T@\\n'; find "$@" -type f -links 1 -exec cksum {} +`;

/** Where a container may have left something. */
const places = ['/var/lib/box', '/run', '/tmp', '/root', '/fixtures', '/work'];

lesson('07-layers', ({ box, wall, token, check }) => {
  const dir = `${token.pick(['/tmp', '/root', '/fixtures', '/var/lib/box'])}/${token.word()}`;
  const odd = `${token.word(5)}${token.pick([':', ','])}${token.word(4)}${token.pick([',x:', ':y,'])}${token.word(3)}`;
  const [text, name, twin, done, mark, last] = Array.from({ length: 6 }, () => token.word(12)) as [string, string, string, string, string, string];
  const [shared, remade, gone, tree, deep, added] = Array.from({ length: 6 }, () => token.word()) as [string, string, string, string, string, string];
  const status = token.int(3, 119);
  const layered = ['base', 'mid', 'top'].flatMap((layer) => ['--layer', `${dir}/${layer}`]);
  const busy = box.container({
    flags: ['--name', name, ...layered],
    command: ['sh', '-c', changing, done, remade, gone, tree, deep, added, String(status)],
  });
  const other = box.container({ flags: layered, command: ['sleep', token.seconds()] });
  const strange = box.container({ flags: ['--layer', `${dir}/base`, '--layer', `${dir}/${odd}`], command: ['sleep', token.seconds()] });
  const passing = box.container({ flags: ['--rootfs', `${dir}/base`], command: ['sh', '-c', 'echo >"/$0"', mark] });
  const again = box.container({
    flags: ['--rm', '--name', name, '--rootfs', `${dir}/base`],
    command: ['sh', '-c', 'test ! -e "/$0" && echo >"/$1"', done, last],
  });
  let before: Fact<string[]>;
  let keeps: Fact<string[]>;

  /** Lays the layers, where they are not there yet. */
  const lay = async () => {
    const script = await wall.file('layers.sh', layers);
    await wall.run(['sh', script, dir, odd, text, shared, remade, gone, tree, deep]);
  };
  /** What all files of all layers look like, a line each. */
  const layersNow = async () => lines('the layers', await wall.run(['sh', '-c', state, 'sh', ...['base', 'mid', 'top', odd].map((layer) => `${dir}/${layer}`)]));
  /** What has become different in the layers since the beginning. */
  const changes = async () => {
    const now = await layersNow();
    const changed = [...now.value.filter((line) => !before.value.includes(line)), ...before.value.filter((line) => !now.value.includes(line))];
    const fact = derive('what has changed in the layers', [...new Set(changed.map(pathOf))], now);
    return { ...fact, evidence: [{ source: `find ${dir} -printf …, cksum`, lines: changed }] };
  };
  /** Everything that box keeps. */
  const kept = async () => lines('what box keeps', await wall.run(['find', '/var/lib/box', '/run/box', '-mindepth', '1']));
  /** Where on the host there is a file of this name. */
  const found = async (file: string) => lines(`the list of places where ${file} is found`, await wall.run(['find', ...places, '-xdev', '-name', file]));
  /** What `box diff` prints, but for places where box itself may have to do. */
  const diff = async () => {
    const { exit, stdout } = await box.call(['diff', name]);
    const all = stdout.value.split('\n').map((line) => line.trimEnd().replace(/^([A-Z])\s+/, '$1 ')).filter((line) => line !== '');
    const printed = all.filter((line) => !/^[AC] \/((dev|proc|sys|etc)(\/|$)|$)/.test(line));
    return { exit, printed: { ...derive('what `box diff` prints', printed, stdout), evidence: [{ source: `standard output of box diff ${name}`, lines: all }] } };
  };
  /** What it has to print. */
  const expected = [
    ['A', done], ['A', added], ['A', `${added}/one`], ['C', deep], ['C', `${deep}/er`], ['C', `${deep}/er/file`], ['D', gone], ['D', tree], ['C', remade],
    ['D', `${remade}/lost`], ['C', `${remade}/same`], ['C', `${remade}/sub`], ['A', `${remade}/sub/fresh`], ['D', `${remade}/sub/inner`],
  ].map(([kind, path]) => `${kind} /${path}`).sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));

  check('merged', 'The layers lie on top of one another, the last one uppermost', { points: 2 }, async ({ that, note }) => {
    await lay();
    before = await layersNow();
    const command = await other.command();
    const [all, two] = [command.text(`/${shared}/all`), command.text(`/${shared}/two`)];
    note('in all three', all);
    note('the bottom one’s', { ...all, value: `base ${text}\n` });
    that(command.list(`/${shared}`)).equals(['all', 'base', 'mid', 'top', 'two'], 'all the names of the three directories');
    that(all).is(`top ${text}\n`, 'that of the last layer');
    that(two).is(`mid ${text}\n`, 'that of the last layer that has this file');
  });

  check('unchanged', 'It can write, and the layers stay what they were', { points: 3, needs: ['merged'] }, async ({ that, note, until }) => {
    await lay();
    const command = await busy.command();
    that(await until(() => command.text(`/${done}`), (value) => value === `${done}\n`)).is(`${done}\n`, 'what it has written there');
    that(command.file(`/${gone}`)).is(null, 'nothing: it has been removed');
    const changed = await changes();
    note('changed in the layers', changed);
    that(changed).equals([], 'nothing');
  });

  check('directories', 'Directories of the layers can be removed, and made again', { points: 1, needs: ['unchanged'] }, async ({ that, note }) => {
    await lay();
    const command = await busy.command();
    const removed = command.file(`/${tree}`);
    note('the removed directory', removed);
    that(removed).is(null, 'nothing: it has been removed');
    that(command.list(`/${remade}`)).equals(['same', 'sub'], 'what was put there after it was made again');
  });

  check('alone', 'A second container of the same layers sees nothing of it', { points: 2, needs: ['unchanged'] }, async ({ that, note }) => {
    await lay();
    await busy.command();
    const command = await other.command();
    const seen = command.file(`/${done}`);
    note('the first one’s file', seen);
    that(seen).is(null, 'nothing');
    that(command.text(`/${gone}`)).is(`${text}\n`, 'what is in the layer: only the other container has removed it');
  });

  check('names', 'A layer’s directory may have any name', { points: 1, needs: ['merged'] }, async ({ that }) => {
    await lay();
    that((await strange.command()).text(`/${shared}/${odd}`)).is(`${text}\n`, `that of ${dir}/${odd}/${shared}/${odd}`);
  });

  check('rootfs', 'The directory of --rootfs is a layer, too', { points: 2, needs: ['unchanged'] }, async ({ that, note }) => {
    await lay();
    keeps = await kept();
    that((await passing.ended()).exit).is(0, '0: it may write');
    const changed = await changes();
    note('changed in the layers', changed);
    that(changed).equals([], 'nothing');
  });

  check('nothing-left', 'A container without a name leaves nothing', { points: 3, needs: ['rootfs', 'alone'] }, async ({ that, note }) => {
    await lay();
    await passing.ended();
    const [places, now] = [await found(mark), await kept()];
    note('found afterwards', places);
    that(places).equals([], 'empty');
    const more = derive('what box keeps now and did not keep before', now.value.filter((path) => !keeps.value.includes(path)), now);
    note('kept in addition', more);
    that({ ...more, evidence: [{ source: 'find /var/lib/box /run/box', lines: more.value }] }).equals([], 'nothing');
  });

  check('diff', '`box diff` tells what was added, changed and deleted', { points: 3, needs: ['directories'] }, async ({ that, note }) => {
    await lay();
    await busy.command();
    const { exit, printed } = await diff();
    note('printed', printed);
    note('to print', derive('what there is to print', expected));
    that(exit).is(0);
    that(lacking(printed, expected)).equals([], 'none');
    that(tooMuch(printed, expected)).equals([], 'none');
  });

  check('sorted', 'Sorted by path', { points: 1, needs: ['diff'] }, async ({ that, note }) => {
    await lay();
    await busy.command();
    const { printed } = await diff();
    note('printed', printed);
    note('to print', derive('what there is to print', expected));
    that(printed).equals(expected);
  });

  check('in-use', '`box rm` does not remove what is running', { points: 1, needs: ['unchanged'] }, async ({ that, note }) => {
    await lay();
    const command = await busy.command();
    const { exit, stderr } = await box.call(['rm', name]);
    note('status of rm', exit);
    that(exit).isNot(0, 'anything but 0');
    that(stderr).satisfies((said) => /^box: \S/m.test(said), 'a text with a line that begins with `box: `');
    that(command.text(`/${done}`)).is(`${done}\n`, 'what it was');
  });

  check('kept', 'With a name, its changes are still there when it has ended', { points: 2, needs: ['diff', 'in-use'] }, async ({ that, note }) => {
    await lay();
    await busy.command();
    await busy.write('\n');
    that((await busy.ended()).exit).is(status, `${status}, the command’s own`);
    const { exit, printed } = await diff();
    note('printed afterwards', printed);
    that(exit).is(0);
    that(lacking(printed, expected)).equals([], 'none');
    that(tooMuch(printed, expected)).equals([], 'none');
  });

  check('taken', 'A name that is in use is refused', { points: 2, needs: ['kept'] }, async ({ that, note }) => {
    await lay();
    await busy.ended();
    const { exit, stderr } = await box.run({ flags: ['--name', name, ...layered], command: ['true'] });
    note('status of the second', exit);
    that(exit).is(125);
    that(stderr).satisfies((said) => /^box: \S/m.test(said), 'a text with a line that begins with `box: `');
    const { printed } = await diff();
    note('printed afterwards', printed);
    that({ ...printed, value: printed.value.toSorted() }).equals(expected.toSorted(), 'what it was before');
  });

  check('at-once', 'Of two that ask for a name at once, one gets it', { points: 2 }, async ({ that, note }) => {
    const both = await Promise.all([0, 1].map(() => box.run({ flags: ['--name', twin], command: ['sleep', '0.5'] })));
    const statuses = derive('the two exit statuses', both.map(({ exit }) => exit.value), ...both.map(({ exit }) => exit));
    note('both statuses', statuses);
    that({ ...statuses, value: statuses.value.toSorted((a, b) => (a ?? 0) - (b ?? 0)) }).equals([0, 125], '0 and 125');
  });

  check('rm', '`box rm` removes all that was kept', { points: 2, needs: ['taken'] }, async ({ that, note }) => {
    await lay();
    await busy.ended();
    that((await box.call(['rm', name])).exit).is(0);
    const places = await found(done);
    note('found afterwards', places);
    that(places).equals([], 'empty');
  });

  check('again', 'Then the name is free, for a container that begins anew', { points: 1, needs: ['rm'] }, async ({ that, note }) => {
    await lay();
    const { exit } = await again.ended();
    note('status of the new one', exit);
    that(exit).is(0);
  });

  check('rm-flag', 'With --rm nothing is kept although there is a name', { points: 1, needs: ['again'] }, async ({ that, note }) => {
    await lay();
    await again.ended();
    const places = await found(last);
    note('found afterwards', places);
    that(places).equals([], 'empty');
    const { exit } = await box.call(['diff', name]);
    note('status of diff', exit);
    that(exit).isNot(0, 'anything but 0: there is no such container');
  });
});

/** The lines that a command has printed. */
function lines(name: string, { stdout }: { stdout: Fact<string> }): Fact<string[]> {
  return derive(name, stdout.value.split('\n').filter((line) => line !== ''), stdout);
}

/** Two long lists side by side say little. So: the lines that are in one of them only, as often as they are too many. */
const lacking = (printed: Fact<string[]>, expected: string[]): Fact<string[]> => ({ ...printed, name: 'the lines that `box diff` leaves out', value: without(expected, printed.value) });
const tooMuch = (printed: Fact<string[]>, expected: string[]): Fact<string[]> => ({ ...printed, name: 'the lines of `box diff` that are too many', value: without(printed.value, expected) });

function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The file that a line of `state` is about. */
function pathOf(line: string): string {
  return /^(?:\d+ \d+ )?(\/.*?)(?:: \w \d+ .*)?$/.exec(line)?.[1] ?? line;
}
