/**
 * The course from disk.
 *
 * The heads of all lessons are read at once, since every list needs them. Prose and hints are parsed when they are first
 * asked for: a lesson somebody is just writing must not spoil the others, and a list of twelve needs no Markdown.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseBlocks, type PullCode } from './blocks.ts';
import { readCourse } from './course.ts';
import { readHeader } from './header.ts';
import { readHints } from './hints.ts';
import { translated } from './language.ts';
import { RegionError, takeRegion, withoutMarkers } from './regions.ts';
import { type Block, type Course, type Lesson, LessonError } from './types.ts';

/**
 * Loads the course of a checkout: `root` is the folder that holds lessons/.
 *
 * `languages` are those of the reader, best first (languagesOf). Throws LessonError where course.toml or a lesson's head is
 * wrong. A lesson's `blocks` and `hints` throw it when they are first read.
 */
export function loadCourse(root: string, languages: readonly string[] = []): Course {
  const file = 'lessons/course.toml';
  const outline = readCourse(readText(root, file), file);
  const lessons: Lesson[] = [];
  for (const { id, place } of outline.lessons) {
    if (!fs.existsSync(path.join(root, 'lessons', id))) throw new LessonError(`there is no folder lessons/${id}`, place);
    lessons.push(loadLesson(root, id, lessons, languages));
  }
  return { title: outline.title, format: outline.format, parts: outline.parts, lessons, root, containers: outline.containers };
}

/** One lesson; `earlier` are the lessons before it, from which code may be pulled and which it may need. */
function loadLesson(root: string, id: string, earlier: readonly Lesson[], languages: readonly string[]): Lesson {
  const folder = path.join(root, 'lessons', id);
  const file = `lessons/${id}/${translated(folder, 'lesson.md', languages)}`;
  const { header, markdown, line } = readHeader(readText(root, file), file);
  if (header.id !== id) throw new LessonError(`the head says "${header.id}", the folder "${id}"`, { file, line: 2 });
  for (const need of header.needs) {
    if (!earlier.some((lesson) => lesson.id === need)) throw new LessonError(`needs: "${need}" is no lesson before this one`, { file, line: 2 });
  }
  const before = [...earlier];
  let blocks: Block[] | undefined;
  let hints: Block[][] | undefined;
  return {
    ...header,
    number: Number(id.slice(0, 2)),
    folder,
    get blocks() {
      return (blocks ??= parseBlocks(markdown, file, line, pullFrom([...before.map((lesson) => lesson.folder), folder])));
    },
    get hints() {
      const hintsFile = `lessons/${id}/${translated(folder, 'hints.md', languages)}`;
      return (hints ??= readHints(readText(root, hintsFile), hintsFile));
    },
  };
}

/** Pulls code from the solution of the last of these lessons that has the file; a file that is given stands in its starter. */
function pullFrom(folders: readonly string[]): PullCode {
  return (file, tag) => {
    for (const home of folders.toReversed().flatMap((folder) => [path.join(folder, 'solution'), path.join(folder, 'starter')])) {
      const source = path.join(home, file);
      if (!path.resolve(source).startsWith(home + path.sep) || !fs.existsSync(source)) continue;
      const text = fs.readFileSync(source, 'utf8');
      if (tag === null) return withoutMarkers(text).trimEnd();
      try {
        return takeRegion(text, tag);
      } catch (cause) {
        if (cause instanceof RegionError) throw new Error(`${cause.message} in ${path.join(path.basename(path.dirname(home)), path.basename(home), file)}`, { cause });
        throw cause;
      }
    }
    throw new Error(`no solution up to this lesson has the file ${file}`);
  };
}

function readText(root: string, file: string): string {
  try {
    return fs.readFileSync(path.join(root, file), 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new LessonError(missing ? 'this file is missing' : `cannot be read: ${(cause as Error).message}`, { file, line: 1 });
  }
}
