/** Renderers of verdicts. Nothing outside this folder formats one. */
import { jsonReporter } from './json.ts';
import { junitReporter } from './junit.ts';
import { plainReporter } from './plain.ts';
import type { Destination, Reporter, ReporterName } from './reporter.ts';
import { tapReporter } from './tap.ts';

/** The reporter of this name. `several`: more than one lesson was asked for, which changes the form of some. */
export function reporterFor(name: ReporterName, to: Destination, several: boolean): Reporter {
  switch (name) {
    case 'plain':
      return plainReporter(to);
    case 'json':
      return jsonReporter(to, several);
    case 'junit':
      return junitReporter(to);
    case 'tap':
      return tapReporter(to, several);
  }
}

export { wantsColour } from './colour.ts';
export { details, parts } from './details.ts';
export type { Detail } from './details.ts';
export { reporterNames } from './reporter.ts';
export type { Destination, Judged, LessonLabel, Reporter, ReporterName } from './reporter.ts';
export { harmlessJson, harmlessLine, harmlessText } from './sanitize.ts';
