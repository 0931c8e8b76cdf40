/**
 * A strict reader of HTML as the class report writes it: every tag closed, every attribute quoted, no character reference but five,
 * no element or attribute that is not on the list. Anything that got out of a text would be none of these.
 */

export type Node = { name: string; attributes: Record<string, string>; children: (Node | string)[] };

const elements = new Set(['html', 'head', 'meta', 'title', 'style', 'body', 'header', 'nav', 'main', 'section', 'article', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'p', 'ul', 'li', 'a', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'b', 'span', 'code', 'pre', 'dl', 'dt', 'dd', 'br']);
const attributes = new Set(['lang', 'charset', 'http-equiv', 'content', 'name', 'id', 'class', 'href', 'scope', 'rowspan', 'role', 'tabindex', 'aria-label', 'aria-labelledby']);
const references: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#10': '\n' };

export function readHtml(text: string): Node {
  const doctype = '<!DOCTYPE html>\n';
  if (!text.startsWith(doctype)) throw new Error('no doctype');
  let at = doctype.length;
  const expect = (pattern: RegExp): RegExpExecArray => {
    const found = maybe(pattern);
    if (!found) throw new Error(`${pattern} does not match at ${JSON.stringify(text.slice(at, at + 60))}`);
    return found;
  };
  const maybe = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found;
  };
  const element = (): Node => {
    const name = expect(/<([a-z][a-z0-9]*)/y)[1] ?? '';
    if (!elements.has(name)) throw new Error(`<${name}>`);
    const node: Node = { name, attributes: {}, children: [] };
    for (let found = maybe(/ ([a-z-]+)="([^"<>]*)"/y); found; found = maybe(/ ([a-z-]+)="([^"<>]*)"/y)) {
      const [, key = '', value = ''] = found;
      if (!attributes.has(key) || key in node.attributes) throw new Error(`${key} in <${name}>`);
      node.attributes[key] = unescape(value);
    }
    if (maybe(/\/>/y)) return node;
    expect(/>/y);
    for (;;) {
      const raw = name === 'style' ? expect(/[^<]*/y)[0] : unescape(expect(/[^<>]*/y)[0]);
      if (raw !== '') node.children.push(raw);
      const end = maybe(/<\/([a-z][a-z0-9]*)>/y);
      if (!end) node.children.push(element());
      else if (end[1] === name) return node;
      else throw new Error(`</${end[1]}> ends <${name}>`);
    }
  };
  const root = element();
  expect(/\n$/y);
  return root;
}

function unescape(text: string): string {
  return text.replace(/&([^;]*;?)/g, (_all, name: string) => {
    const found = references[name.replace(/;$/, '')];
    if (found === undefined || !name.endsWith(';')) throw new Error(`&${name}`);
    return found;
  });
}

export function all(node: Node, name: string): Node[] {
  return node.children.flatMap((child) => (typeof child === 'string' ? [] : [...(child.name === name ? [child] : []), ...all(child, name)]));
}

export function textOf(node: Node): string {
  return node.children.map((child) => (typeof child === 'string' ? child : child.name === 'br' ? '\n' : textOf(child))).join('');
}
