import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { languagesOf } from '../../src/lesson/language.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { LessonError } from '../../src/lesson/types.ts';
import { read, tinyCopy, tinyRoot, write } from './fixture.ts';

describe('the languages of an environment', () => {
  test.each([
    [{}, []],
    [{ LANG: 'C.UTF-8' }, []],
    [{ LANG: 'de_AT.UTF-8' }, ['de-AT', 'de']],
    [{ LANG: 'pt_BR' }, ['pt-BR', 'pt']],
    [{ LANG: 'ca_ES@valencia' }, ['ca-ES', 'ca']],
    [{ LANG: 'de_DE.UTF-8', LC_MESSAGES: 'fr_FR.UTF-8' }, ['fr-FR', 'fr']],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: '', LC_MESSAGES: '' }, ['de-DE', 'de']],
    [{ LANG: 'de_DE.UTF-8', LANGUAGE: 'sv:da' }, ['sv', 'da']],
    // Who wants English before German gets the original before German.
    [{ LANG: 'de_DE.UTF-8', LANGUAGE: 'sv:en:de' }, ['sv']],
    [{ LANG: 'C', LANGUAGE: 'sv' }, []],
    [{ LANG: 'en_GB.UTF-8', DRYDOCK_LANG: 'de' }, ['de']],
    [{ DRYDOCK_LANG: '../../etc' }, []],
    [{ DRYDOCK_LANG: 'de/../x' }, []],
  ])('%j: %j', (env, languages) => expect(languagesOf(env)).toEqual(languages));
});

describe('a course', () => {
  const page = read(tinyRoot, 'lessons/01-first/lesson.md').replace(/^title = .*$/m, 'title = "Die erste Lektion"');

  test('is read in the first language that there is, lesson by lesson; the rest in the original', () => {
    using folder = tinyCopy();
    write(path.join(folder.path, 'lessons'), { '01-first/lesson.de.md': page, '02-second/hints.de.md': '## 1\n\nEins.\n\n## 2\n\nZwei.\n\n## 3\n\nDrei.\n' });
    const [first, second] = loadCourse(folder.path, ['de-AT', 'de']).lessons;
    expect([first?.title, second?.title]).toEqual(['Die erste Lektion', 'The second lesson']);
    expect(JSON.stringify(second?.hints)).toContain('Zwei.');
    expect(JSON.stringify(first?.hints)).toBe(JSON.stringify(loadCourse(tinyRoot).lessons[0]?.hints));
    expect(loadCourse(folder.path, ['fr']).lessons[0]?.title).toBe('The first lesson');
  });

  test('says in which file something is wrong', () => {
    using folder = tinyCopy();
    write(path.join(folder.path, 'lessons'), { '01-first/lesson.de.md': 'nothing\n' });
    expect(() => loadCourse(folder.path, ['de'])).toThrow(LessonError);
    expect(() => loadCourse(folder.path, ['de'])).toThrow('lessons/01-first/lesson.de.md:1: ');
    expect(loadCourse(folder.path).lessons).toHaveLength(2);
  });
});
