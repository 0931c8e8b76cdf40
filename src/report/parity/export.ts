/** A scorecard for programs, spreadsheets and wikis. Every text is a runtime's or the kernel's, and is made harmless. */
import type { Standing } from '../../check/wire.ts';
import type { Scorecard } from '../../parity/types.ts';
import { csvTable } from '../grade/csv.ts';
import { markdownText } from '../grade/markdown.ts';
import { harmlessJson } from '../sanitize.ts';
import { boxOf, count, rowOf, rowsThatAre } from './score.ts';
import { allProbes, groups, t } from './words.ts';

/** `drydock.parity/1`: the probes in words, and every runtime's answers with their evidence. */
export function scorecardJson(card: Scorecard): string {
  const { seed, kernel, image, runtimes, absent } = card;
  return `${harmlessJson({
    schema: 'drydock.parity/1', seed, kernel, image, absent,
    probes: groups.flatMap(({ title: group, probes }) => probes.map(({ id, title, asks, open }) => ({ id, group, title, asks, open }))),
    runtimes: runtimes.map((runtime) => ({
      ...runtime,
      counts: Object.fromEntries((['good', 'bad', 'neutral', 'unknown'] satisfies Standing[]).map((standing) => [standing, count(runtime, standing)])),
      rows: allProbes.map(({ id }) => rowOf(runtime, id)),
    })),
  }, 2)}\n`;
}

/** A row for each probe; of each runtime two columns: its standing and what was found. */
export function scorecardCsv({ runtimes }: Scorecard): string {
  return csvTable([
    ['group', 'probe', 'title', ...runtimes.flatMap(({ name }) => [name, `${name} found`])],
    ...groups.flatMap(({ title: group, probes }) => probes.map(({ id, title }) => [
      group, id, title, ...runtimes.flatMap((runtime) => {
        const { standing, value } = rowOf(runtime, id);
        return [standing, value];
      }),
    ])),
  ]);
}

export function scorecardMarkdown(card: Scorecard): string {
  const text = markdownText;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const { runtimes, kernel, seed } = card;
  const box = boxOf(card);
  const open = box?.started ? rowsThatAre(box, 'bad') : [];
  return [
    `# ${text(t.title)}`, '',
    line(['', ...runtimes.map(({ name }) => text(name))]), line(['---', ...runtimes.map(() => '---')]),
    ...groups.flatMap(({ title, probes }) => [
      line([`**${text(title)}**`, ...runtimes.map(() => '')]),
      ...probes.map((probe) => line([text(probe.title), ...runtimes.map((runtime) => {
        const { standing, value } = rowOf(runtime, probe.id);
        const found = text(value || t.legend[standing]);
        return standing === 'bad' ? `**${found}**` : standing === 'unknown' ? '?' : found;
      })])),
    ]),
    line([`**${text(t.total)}**`, ...runtimes.map((runtime) => text(t.of(count(runtime, 'good'), allProbes.length)))]), '',
    ...runtimes.filter(({ started }) => !started).flatMap(({ name, why = '' }) => [text(t.notStarted(name, why)), '']),
    ...(box && open.length > 0 ? [`## ${text(t.openTitle(box.name))}`, '', ...open.map(({ words }) => `- ${text(words.title)}: ${text(words.open)}`), ''] : []),
    text(t.limits), '', text(t.where(kernel.kind, kernel.release, seed)), '',
  ].join('\n');
}
