import type { Range } from '../text.ts';

/** A heading and what is below it, down to the next heading of its level. */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly at: Range;
  readonly text: string[];
  /** Every line below the heading, those of lists too. */
  readonly lines: Line[];
  readonly items: Item[];
  readonly children: Section[];
}

interface Line {
  readonly text: string;
  /** The innermost entry that it is in; null: it is in none. */
  readonly entry: Item | null;
}

/** An entry of a list. */
export interface Item {
  text: string;
  /** Null: it has no box. */
  readonly checked: boolean | null;
  /** The line of text above the list, such as "Acceptance criteria". */
  readonly label: string;
  readonly at: Range;
  readonly children: Item[];
  readonly notes: string[];
  /** The lines of its code blocks: they say how, not what. */
  readonly code: string[];
}

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const ITEM = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)$/;
/** With a star it is optional, as Kiro writes it. */
const BOX = /^\[([ xX])\]\*?(?:[ \t]+(.*))?$/;
const FENCE = /^[ \t]*(`{3,}|~{3,})/;
/** `10. ` and a space; what stands further to the right is aligned by taste. */
const LONGEST_MARK = 5;
const UNDERLINE = /^ {0,3}(=+|-{3,})[ \t]*$/;
/** About the whole, also right below the last entry of a list. */
const ABOUT_ALL = /^\**(?:depends on|blocked by)\**:/i;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;

/**
 * The headings and lists of a Markdown text; whatever is in code blocks, comments or the front matter is no structure.
 * Reads line by line without recursion, so no nesting is too deep.
 */
export function readMarkdown(text: string): Section {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  readonly #sections: Section[];
  /** The open entries, with the columns where each begins and where its words do. */
  readonly #items: { readonly indent: number; readonly content: number; readonly item: Item }[] = [];
  #label = '';
  #afterBlank = true;
  #fence: string | null = null;
  #inComment = false;

  constructor(text: string) {
    this.#text = text;
    this.#sections = [{ ...EMPTY, text: [], lines: [], items: [], children: [] }];
  }

  read(): Section {
    let start = frontMatterEnd(this.#text);
    while (start < this.#text.length) {
      const newline = this.#text.indexOf('\n', start);
      const end = newline === -1 ? this.#text.length : newline;
      this.#line(this.#text.slice(start, end).replace(/\r$/, ''), start);
      start = end + 1;
    }
    return this.#sections[0] ?? EMPTY;
  }

  get #section(): Section {
    return this.#sections.at(-1) ?? EMPTY;
  }

  #line(raw: string, start: number): void {
    const fence = FENCE.exec(raw)?.[1];
    if (this.#fence !== null) {
      this.#code(raw);
      if (fence?.startsWith(this.#fence) === true && raw.trim() === fence) {
        this.#fence = null;
        this.#afterBlank = true;
      }
      return;
    }
    const visible = this.#withoutComments(raw);
    if (visible === null) return;
    if (fence !== undefined) {
      this.#fence = fence;
      // A block belongs to an entry only as far as it stands below its words.
      const indent = indentOf(raw);
      while ((this.#items.at(-1)?.content ?? -1) > indent) this.#items.pop();
      this.#code(raw);
      return;
    }
    if (visible.trim() === '') {
      this.#afterBlank = true;
      this.#note('');
      return;
    }
    const heading = HEADING.exec(visible);
    if (heading !== null) {
      const level = heading[1]?.length ?? 1;
      this.#open(level, (heading[2] ?? '').trimEnd().replace(/(?<![ \t])[ \t]+#+$/, ''), start, raw);
      return;
    }
    const underline = UNDERLINE.exec(visible)?.[1];
    if (underline !== undefined && this.#items.length === 0 && !this.#afterBlank) {
      const title = this.#section.text.pop();
      if (title !== undefined) {
        this.#section.lines.pop();
        this.#open(underline.startsWith('=') ? 1 : 2, title.trim(), start - 1, '-');
        return;
      }
    }
    if (RULE.test(visible)) {
      this.#items.length = 0;
      this.#afterBlank = true;
      return;
    }
    const item = ITEM.exec(visible);
    if (item !== null) this.#item(item[1] ?? '', item[2] ?? '', start, raw);
    else this.#paragraph(visible);
    this.#afterBlank = false;
  }

  /** Null: nothing of the line is left. */
  #withoutComments(raw: string): string | null {
    let at = 0;
    let rest = '';
    if (this.#inComment) {
      const end = raw.indexOf('-->');
      if (end === -1) return null;
      this.#inComment = false;
      at = end + 3;
    }
    for (let open = raw.indexOf('<!--', at); open !== -1; open = raw.indexOf('<!--', at)) {
      rest += raw.slice(at, open);
      const close = raw.indexOf('-->', open + 4);
      this.#inComment = close === -1;
      at = close === -1 ? raw.length : close + 3;
    }
    rest += raw.slice(at);
    return rest.trim() === '' && raw.trim() !== '' ? null : rest;
  }

  #open(level: number, title: string, start: number, raw: string): void {
    this.#items.length = 0;
    this.#label = '';
    this.#afterBlank = true;
    while (this.#section.level >= level) this.#sections.pop();
    const section: Section = {
      level,
      title: title.trim(),
      at: { start, end: start + Math.max(1, raw.length) },
      text: [],
      lines: [],
      items: [],
      children: [],
    };
    this.#section.children.push(section);
    this.#sections.push(section);
  }

  #item(space: string, content: string, start: number, raw: string): void {
    const indent = indentOf(space);
    while ((this.#items.at(-1)?.indent ?? -1) >= indent) this.#items.pop();
    const box = BOX.exec(content);
    const item: Item = {
      text: (box === null ? content : (box[2] ?? '')).trim(),
      checked: box === null ? null : box[1] !== ' ',
      label: this.#label,
      at: { start: start + space.length, end: start + Math.max(space.length + 1, raw.length) },
      children: [],
      notes: [],
      code: [],
    };
    const mark = raw.length - space.length - content.length;
    const parent = this.#items.at(-1);
    (parent?.item.children ?? this.#section.items).push(item);
    this.#items.push({ indent, content: indent + Math.min(mark, LONGEST_MARK), item });
    this.#keep(raw);
  }

  #paragraph(raw: string): void {
    const indent = indentOf(raw);
    const open = this.#items.at(-1);
    if (open !== undefined && indent < 2 && (this.#afterBlank || ABOUT_ALL.test(raw.trim()))) {
      // Text at the margin after an empty line is no longer part of the list.
      this.#items.length = 0;
    }
    const item = this.#items.at(-1)?.item;
    if (item === undefined) this.#label = raw;
    // A line right below an entry goes on with it; below an empty line it is a word about it.
    if (item !== undefined && !this.#afterBlank && item.notes.length === 0) {
      item.text += ` ${raw.trim()}`;
      this.#keep(raw);
    } else this.#note(raw);
  }

  #code(raw: string): void {
    const open = this.#items.at(-1);
    if (open === undefined) this.#section.text.push(raw);
    else open.item.code.push(raw.slice(Math.min(open.content, raw.length - raw.trimStart().length)));
    this.#keep(raw);
  }

  #note(raw: string): void {
    const item = this.#items.at(-1)?.item;
    if (item === undefined) this.#section.text.push(raw);
    else if (raw.trim() !== '') item.notes.push(raw.trim());
    this.#keep(raw);
  }

  #keep(text: string): void {
    this.#section.lines.push({ text, entry: this.#items.at(-1)?.item ?? null });
  }
}

const indentOf = (raw: string): number =>
  raw.slice(0, raw.length - raw.trimStart().length).replaceAll('\t', '    ').length;

const EMPTY: Section = {
  level: 0,
  title: '',
  at: { start: 0, end: 0 },
  text: [],
  lines: [],
  items: [],
  children: [],
};

function frontMatterEnd(text: string): number {
  const open = /^---[ \t]*\r?\n/.exec(text);
  if (open === null) return 0;
  const close = /^(?:---|\.\.\.)[ \t]*\r?$/m.exec(text.slice(open[0].length));
  return close === null ? 0 : open[0].length + close.index + close[0].length;
}

/**
 * What is below a heading beside the entries that were taken, each with what is below it; and all that is below some
 * headings further down.
 */
export function textBeside(
  section: Section,
  taken: readonly Item[],
  children: readonly Section[],
): readonly string[] {
  const gone = new Set(taken.flatMap((item) => [item, ...itemsBelow(item)]));
  const found = section.lines.flatMap(({ text, entry }) => (entry !== null && gone.has(entry) ? [] : [text]));
  const open = children.toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isEmpty(next)) found.push(...under(next, textOf(next)));
    for (const child of next.children.toReversed()) open.push(child);
  }
  return found;
}

const textOf = ({ lines }: Section): readonly string[] => lines.map(({ text }) => text);

/** Lines with the heading that they are below. */
export const under = ({ level, title }: Section, lines: readonly string[]): readonly string[] => [
  '',
  `${'#'.repeat(level)} ${title}`,
  '',
  ...lines,
];

export const isEmpty = (section: Section): boolean =>
  section.children.length === 0 && section.lines.every(({ text }) => text.trim() === '');

/** Every item below an item, in the order of the text. */
export function itemsBelow(item: Item): readonly Item[] {
  const found: Item[] = [];
  const stack = item.children.toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    found.push(next);
    for (const child of next.children.toReversed()) stack.push(child);
  }
  return found;
}
