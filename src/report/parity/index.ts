/** Scorecards as text, Markdown, CSV and JSON. */
export { scorecardCsv, scorecardJson, scorecardMarkdown } from './export.ts';
export { scorecardText } from './text.ts';
export { boxOf, count, rowOf, rowsThatAre } from './score.ts';
export { allProbes, groups, t as parityWords } from './words.ts';
