/**
 * Which languages a reader wants, and the files of a lesson in them.
 *
 * A translation stands beside the original: `lesson.de.md`, `hints.pt-BR.md`. What is not translated is read in the original.
 */
import fs from 'node:fs';
import path from 'node:path';

/** Of a file's name, what a translation has between its stem and its ending. */
const tag = /^[a-z]{2,3}(?:-[A-Z]{2})?$/;

/**
 * The languages of an environment, best first, each with the plain language behind a country's: `pt-BR`, `pt`. DRYDOCK_LANG goes
 * before what locale(7) and gettext say (LANGUAGE, then the first of LC_ALL, LC_MESSAGES, LANG that is set). The original is
 * English: with it the list ends.
 */
export function languagesOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  // gettext looks at LANGUAGE only where there is a locale at all.
  const list = env['DRYDOCK_LANG'] || (['', 'C', 'POSIX'].includes(locale.split('.', 1)[0] ?? '') ? '' : env['LANGUAGE'] || locale);
  const found: string[] = [];
  for (const word of list.split(':')) {
    const [name = '', country] = (word.split(/[.@]/, 1)[0] ?? '').split(/[_-]/);
    const language = name.toLowerCase();
    if (language === 'en') break;
    const wanted = [...(country ? [`${language}-${country.toUpperCase()}`] : []), language];
    found.push(...wanted.filter((one) => tag.test(one) && !found.includes(one)));
  }
  return found;
}

/** `lesson.md`, or its translation into the first of these languages that there is one for. */
export function translated(folder: string, file: string, languages: readonly string[]): string {
  const { name, ext } = path.parse(file);
  const language = languages.find((one) => fs.existsSync(path.join(folder, `${name}.${one}${ext}`)));
  return language === undefined ? file : `${name}.${language}${ext}`;
}

/** The languages that a lesson's folder has a page or hints in, the original left out. */
export function translationsIn(folder: string): string[] {
  const languages = fs.readdirSync(folder).flatMap((name) => /^(?:lesson|hints)\.([^.]+)\.md$/.exec(name)?.[1] ?? []);
  return [...new Set(languages)].filter((language) => tag.test(language)).sort();
}
