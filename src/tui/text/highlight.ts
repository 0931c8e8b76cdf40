/**
 * Light syntax colouring for the two languages of the course, TypeScript and shell: comments, strings, numbers, keywords,
 * calls. It is a tokenizer, not a parser: what it does not know stays plain, and it never changes a character.
 */
import { type Line, type Role, type Segment, seg } from './line.ts';

type Rule = { role: Role; pattern: string };

const tsKeywords =
  'as|async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|finally|for|from|function|if|import|in|' +
  'instanceof|interface|keyof|let|new|null|of|readonly|return|satisfies|static|switch|this|throw|true|false|try|type|typeof|undefined|using|void|while|yield';
const shKeywords = 'if|then|else|elif|fi|for|in|do|done|while|until|case|esac|function|exec|export|local|return|exit|set|trap|unset|shift';

/** Rules in order; the first that matches at a place wins. */
const languages: Record<string, Rule[]> = {
  ts: [
    { role: 'comment', pattern: String.raw`//.*|/\*[\s\S]*?(?:\*/|(?![\s\S]))` },
    { role: 'string', pattern: String.raw`'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?|` + '`(?:[^`\\\\]|\\\\[\\s\\S])*`?' },
    { role: 'number', pattern: String.raw`\b(?:0[xob][\da-fA-F_]+n?|\d[\d_]*(?:\.\d+)?n?)\b` },
    { role: 'keyword', pattern: String.raw`\b(?:${tsKeywords})\b` },
    { role: 'call', pattern: String.raw`\b[A-Za-z_$][\w$]*(?=\()` },
  ],
  sh: [
    { role: 'comment', pattern: String.raw`(?<=^|\s)#.*` },
    { role: 'string', pattern: String.raw`'[^']*'?|"(?:[^"\\]|\\[\s\S])*"?` },
    { role: 'number', pattern: String.raw`\$(?:\w+|[#?$!@*]|\{[^}]*\})` },
    { role: 'keyword', pattern: String.raw`(?<=^|[\s;&|(])(?:${shKeywords})(?=$|[\s;&|)])` },
    { role: 'call', pattern: String.raw`(?<=(?:^|[;&|(]|\$\()\s*)[\w./-]+` },
  ],
};
const aliases: Record<string, string> = { typescript: 'ts', js: 'ts', javascript: 'ts', mjs: 'ts', json: 'ts', c: 'ts', bash: 'sh', shell: 'sh', console: 'sh' };

const compiled = new Map<string, { roles: Role[]; pattern: RegExp }>();

function rulesFor(language: string): { roles: Role[]; pattern: RegExp } | undefined {
  const name = aliases[language] ?? language;
  const rules = languages[name];
  if (!rules) return undefined;
  let known = compiled.get(name);
  if (!known) {
    known = { roles: rules.map((rule) => rule.role), pattern: new RegExp(rules.map((rule) => `(${rule.pattern})`).join('|'), 'gm') };
    compiled.set(name, known);
  }
  return known;
}

/** `text` as coloured lines; an unknown language comes back in one plain role. Joined again, the lines are `text`. */
export function highlight(text: string, language: string): Line[] {
  const rules = rulesFor(language);
  if (!rules) return text.split('\n').map((part) => [seg(part, 'code')]);
  const lines: Segment[][] = [[]];
  const push = (part: string, role: Role): void => {
    part.split('\n').forEach((piece, index) => {
      if (index > 0) lines.push([]);
      if (piece !== '') lines.at(-1)?.push(seg(piece, role));
    });
  };
  let at = 0;
  for (const match of text.matchAll(rules.pattern)) {
    if (match[0] === '') continue;
    push(text.slice(at, match.index), 'text');
    const group = match.slice(1).findIndex((value) => value !== undefined);
    push(match[0], rules.roles[group] ?? 'text');
    at = match.index + match[0].length;
  }
  push(text.slice(at), 'text');
  return lines;
}
