/** Inline Markdown to spans: from marked's tokens, and from a line of text (predictions). */
import { Lexer, type Token } from 'marked';
import { LessonError, type Place, type Span } from './types.ts';

/** The few character references that have a use in a terminal; any other stays as it is written. */
const references: Readonly<Record<string, string>> = {
  '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&nbsp;': '\u00a0', '&mdash;': '—', '&ndash;': '–',
};

/** A line or more of inline Markdown as spans. Throws LessonError on what a terminal cannot show. */
export function parseSpans(text: string, place: Place): Span[] {
  return toSpans(lexing(() => Lexer.lexInline(text), place), place);
}

/** Runs marked's lexer; whatever it throws becomes a LessonError, since a lesson is input like any other. */
export function lexing<T>(lex: () => T, place: Place): T {
  try {
    return lex();
  } catch (cause) {
    throw new LessonError(`this is not Markdown that can be read (${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)})`, place);
  }
}

/** marked's inline tokens as spans; neighbouring plain texts are joined. */
export function toSpans(tokens: readonly Token[] | undefined, place: Place): Span[] {
  const spans: Span[] = [];
  for (const token of tokens ?? []) {
    const span = toSpan(token, place);
    if (!span) continue;
    const last = spans.at(-1);
    if (span.kind === 'text' && last?.kind === 'text') last.text += span.text;
    else spans.push(span);
  }
  return spans;
}

function toSpan(token: Token, place: Place): Span | null {
  switch (token.type) {
    case 'text':
    case 'escape':
      // A text inside a list item holds its own inline tokens.
      if ('tokens' in token && token.tokens?.length) {
        const inner = toSpans(token.tokens, place);
        return inner.length === 1 ? inner[0] ?? null : { kind: 'text', text: plain(inner) };
      }
      return { kind: 'text', text: token.type === 'escape' ? String(token.text) : readable(String(token.text)) };
    case 'codespan':
      return { kind: 'code', text: String(token.text).replaceAll(/\s*\n\s*/g, ' ') };
    case 'strong':
      return { kind: 'strong', spans: toSpans(token.tokens, place) };
    case 'em':
      return { kind: 'emphasis', spans: toSpans(token.tokens, place) };
    case 'link':
      return { kind: 'link', spans: toSpans(token.tokens, place), href: String(token.href) };
    case 'br':
      return { kind: 'text', text: ' ' };
    case 'checkbox':
      return { kind: 'text', text: token.checked ? '[x] ' : '[ ] ' };
    case 'html':
      if (isComment(token.raw)) return null;
      throw new LessonError(`a terminal shows no HTML: write \`${oneLine(token.raw)}\` in backticks if it is meant literally`, place);
    case 'image':
      throw new LessonError('a terminal shows no images: draw it in a ```picture block', place);
    case 'del':
      throw new LessonError('text that is struck through cannot be shown everywhere: leave it out', place);
    default:
      throw new LessonError(`inline "${token.type}" has no meaning in a lesson`, place);
  }
}

/** The text of spans without any marks: for widths, searches and headings. */
export function plain(spans: readonly Span[]): string {
  return spans.map((span) => ('text' in span ? span.text : plain(span.spans))).join('');
}

export function isComment(html: string): boolean {
  return /^\s*<!--[\s\S]*-->\s*$/.test(html);
}

/** Line breaks inside a paragraph are spaces. */
function readable(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/&[a-z]+;/g, (name) => references[name] ?? name);
}

function oneLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
