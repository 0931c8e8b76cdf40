/** A lesson's Markdown to blocks. With spans.ts, the only place that knows marked. */
import { lexer, type Token, type Tokens } from 'marked';
import { readExpectations, readFence, readPrediction } from './fences.ts';
import { isComment, lexing, toSpans } from './spans.ts';
import { type Block, type Experiment, LessonError, type Place } from './types.ts';

/**
 * Gives the code that a block asks for: the file of `box` it is in, the tag (null: all of it). Throws an Error whose
 * message says what is missing; its place is added here.
 */
export type PullCode = (file: string, tag: string | null) => string;

type State = { file: string; pull: PullCode; experiments: number; predictions: number; depth: number };

/** Lists in lists in quotes: more than anybody can read, and few enough for every walk over blocks to recurse. */
const DEEPEST = 12;

/**
 * Parses Markdown into blocks.
 *
 * `line` is the line of `file` on which `markdown` begins, from 1. Throws LessonError, always with a place, and nothing else,
 * whatever the text.
 */
export function parseBlocks(markdown: string, file: string, line: number, pull: PullCode): Block[] {
  const start: Place = { file, line };
  const text = markdown.replaceAll(/\r\n?/g, '\n');
  const tokens = lexing(() => lexer(text), start);
  return toBlocks(tokens, line, { file, pull, experiments: 0, predictions: 0, depth: 0 });
}

/** Blocks of one level. marked tells no lines, but the raw texts of a level's tokens follow one another without a gap. */
function toBlocks(tokens: readonly Token[], firstLine: number, state: State): Block[] {
  const blocks: Block[] = [];
  let line = firstLine;
  if (++state.depth > DEEPEST) throw new LessonError(`lists and quotes lie more than ${DEEPEST} deep in one another`, { file: state.file, line });
  /** The experiment that an `expect` block may still belong to: only blank lines lie between. */
  let asking: Experiment | null = null;
  for (const token of tokens) {
    // A token's raw text may begin with blank lines.
    const place: Place = { file: state.file, line: line + newlines(token.raw.match(/^\s*\n/)?.[0] ?? '') };
    line += newlines(token.raw);
    if (token.type === 'space' || token.type === 'def') continue;
    if (token.type === 'html' && isComment(token.raw)) continue;
    const block = toBlock(token, place, state, asking);
    asking = block?.kind === 'experiment' ? block : null;
    if (block) blocks.push(block);
  }
  state.depth--;
  return blocks;
}

/** One block; null for an `expect` block, which goes into its experiment. */
function toBlock(token: Token, place: Place, state: State, asking: Experiment | null): Block | null {
  switch (token.type) {
    case 'heading':
      return { kind: 'heading', depth: (token as Tokens.Heading).depth, spans: toSpans(token.tokens, place), place };
    case 'paragraph':
    case 'text':
      return { kind: 'paragraph', spans: toSpans(token.tokens ?? [token], place), place };
    case 'list':
      return toList(token as Tokens.List, place, state);
    case 'blockquote':
      return { kind: 'quote', blocks: toBlocks(token.tokens ?? [], place.line, state), place };
    case 'table': {
      const table = token as Tokens.Table;
      return {
        kind: 'table',
        head: table.header.map((cell) => toSpans(cell.tokens, place)),
        rows: table.rows.map((row) => row.map((cell) => toSpans(cell.tokens, place))),
        place,
      };
    }
    case 'hr':
      return { kind: 'rule', place };
    case 'code':
      return toCode(token as Tokens.Code, place, state, asking);
    case 'html':
      throw new LessonError('a terminal shows no HTML', place);
    default:
      // A task's box comes as a token of its own in a tight list.
      return { kind: 'paragraph', spans: toSpans([token], place), place };
  }
}

function toList(list: Tokens.List, place: Place, state: State): Block {
  const items: Block[][] = [];
  let line = place.line;
  for (const item of list.items) {
    items.push(toBlocks(item.tokens, line, state));
    line += newlines(item.raw);
  }
  return { kind: 'list', ordered: list.ordered, items, place };
}

function toCode(token: Tokens.Code, place: Place, state: State, asking: Experiment | null): Block | null {
  if (token.codeBlockStyle === 'indented') {
    throw new LessonError('four spaces make a code block: indent less, or use a fence', place);
  }
  if (!isClosed(token.raw)) throw new LessonError('this fence is never closed', place);
  const fence = readFence(token.lang ?? '', place);
  const body = token.text;
  switch (fence.kind) {
    case 'try':
      if (!body.trim()) throw new LessonError('an experiment without a command', place);
      return { kind: 'experiment', number: ++state.experiments, script: body, expect: [], fails: fence.fails, place };
    case 'expect':
      if (!asking) throw new LessonError('an `expect` block stands right after its `sh try` block', place);
      asking.expect = readExpectations(body, place);
      return null;
    case 'predict':
      return { ...readPrediction(body, place), number: ++state.predictions };
    case 'picture':
      if (!body.trim()) throw new LessonError('an empty picture', place);
      return { kind: 'picture', text: body, place };
    case 'pulled':
      if (body.trim()) throw new LessonError(`the code comes from ${fence.file}: leave the block empty`, place);
      return { kind: 'code', language: fence.language, text: pulled(state.pull, fence.file, fence.tag, place), from: fence.file, place };
    case 'code':
      return { kind: 'code', language: fence.language, text: body, place };
  }
}

function pulled(pull: PullCode, file: string, tag: string | null, place: Place): string {
  try {
    return pull(file, tag);
  } catch (cause) {
    throw new LessonError(cause instanceof Error ? cause.message : String(cause), place);
  }
}

/** marked lets a fence run to the end of the text; a lesson may not. */
function isClosed(raw: string): boolean {
  const lines = raw.trimEnd().split('\n');
  const opening = lines[0]?.match(/^\s*(`{3,}|~{3,})/)?.[1];
  const closing = lines.length > 1 ? lines.at(-1)?.trim() : undefined;
  return opening !== undefined && closing !== undefined && closing.startsWith(opening) && /^(`+|~+)$/.test(closing);
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
