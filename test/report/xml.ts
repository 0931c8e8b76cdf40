/** A strict reader of the little XML that JUnit needs: any slip of the writer is an error here. */

export type Element = { name: string; attributes: Record<string, string>; text: string; children: Element[] };

export class XMLParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Tree {
    this.#match(/<\?xml version="1\.0" encoding="UTF-8"\?>\s*/y);
    const root = this.#element();
    this.#match(/\s*$/y);
    return new Tree(root);
  }

  #element(): Element {
    const name = this.#match(/<([A-Za-z]+)/y)[1] ?? '';
    const attributes: Record<string, string> = {};
    for (let found = this.#maybe(/\s+([a-z]+)="([^"<]*)"/y); found; found = this.#maybe(/\s+([a-z]+)="([^"<]*)"/y)) {
      if (attributes[found[1] ?? ''] !== undefined) throw new Error(`attribute ${found[1]} twice`);
      attributes[found[1] ?? ''] = unescape(found[2] ?? '');
    }
    const element: Element = { name, attributes, text: '', children: [] };
    if (this.#maybe(/\/>/y)) return element;
    this.#match(/>/y);
    for (;;) {
      const text = this.#match(/[^<]*/y)[0];
      if (text.includes(']]>')) throw new Error(']]> in text');
      element.text += unescape(text);
      const end = this.#maybe(/<\/([A-Za-z]+)>/y);
      if (!end) element.children.push(this.#element());
      else if (end[1] === name) return element;
      else throw new Error(`</${end[1]}> ends <${name}>`);
    }
  }

  #maybe(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }

  #match(pattern: RegExp): RegExpExecArray {
    const found = this.#maybe(pattern);
    if (!found) throw new Error(`${pattern} does not match at ${JSON.stringify(this.#text.slice(this.#at, this.#at + 40))}`);
    return found;
  }
}

export class Tree {
  readonly root: Element;

  constructor(root: Element) {
    this.root = root;
  }

  all(name: string): Element[] {
    const found: Element[] = [];
    const walk = (element: Element): void => {
      if (element.name === name) found.push(element);
      element.children.forEach(walk);
    };
    walk(this.root);
    return found;
  }

  find(name: string): Element {
    const [first] = this.all(name);
    if (!first) throw new Error(`no <${name}>`);
    return first;
  }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#10': '\n' };

function unescape(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|#10);)/.test(text)) throw new Error('a bare &');
  return text.replace(/&(amp|lt|gt|quot|#10);/g, (_all, name: string) => entities[name] ?? '');
}
