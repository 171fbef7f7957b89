import { createScanner, type JSONScanner, type ScanError, type SyntaxKind } from 'jsonc-parser';
import type { Range } from './text.ts';

/** A JSON value with its place. `value` is the plain value of the whole subtree. */
export interface JsonNode extends Range {
  readonly value: unknown;
  readonly members?: ReadonlyMap<string, JsonMember>;
  readonly items?: readonly JsonNode[];
}

export interface JsonMember {
  readonly key: Range;
  readonly node: JsonNode;
}

/** What keeps a text from being JSON. */
export interface SyntaxFinding extends Range {
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  readonly related?: { readonly message: string; readonly at: Range };
}

export interface ParsedJson {
  /** Null when the rest could not be made sense of; a root beside findings is a best effort. */
  readonly root: JsonNode | null;
  readonly findings: readonly SyntaxFinding[];
}

const DEPTH_LIMIT = 100;
/** A document of 10,000 stories has about 200,000 values. */
const VALUE_LIMIT = 600_000;
const FINDING_LIMIT = 200;

// The library declares these as ambient const enums, which separate compilation of files cannot read.
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  null: 7,
  true: 8,
  false: 9,
  string: 10,
  number: 11,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  trivia: 15,
  eof: 17,
} as const satisfies Record<string, SyntaxKind>;
const SCAN_ERROR = {
  endOfString: 2,
  invalidUnicode: 4,
  invalidEscape: 5,
  invalidCharacter: 6,
} as const satisfies Record<string, ScanError>;

/** Strict JSON, read in one pass. Goes on after mistakes whose meaning is clear, so that all of them are reported. */
export function parseJson(text: string): ParsedJson {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  readonly #scanner: JSONScanner;
  readonly #findings: SyntaxFinding[] = [];
  #token: number = TOKEN.eof;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
    this.#scanner = createScanner(text, false);
  }

  parse(): ParsedJson {
    this.#next();
    if (this.#token === TOKEN.eof) {
      this.#report('empty-file', 'the file is empty', this.#here());
      return { root: null, findings: this.#findings };
    }
    const root = this.#value(0);
    if (root !== null && this.#token !== TOKEN.eof) {
      this.#report('invalid-json', 'there is more text after the end of the JSON value', this.#here());
    }
    return { root, findings: this.#findings };
  }

  #here(): Range {
    const start = this.#scanner.getTokenOffset();
    return { start, end: start + this.#scanner.getTokenLength() };
  }

  #report(code: string, message: string, at: Range, more: Pick<SyntaxFinding, 'fix' | 'related'> = {}): null {
    if (this.#findings.length < FINDING_LIMIT) {
      this.#findings.push({ code, message, start: at.start, end: at.end, ...more });
    }
    return null;
  }

  #next(): void {
    for (;;) {
      this.#token = this.#scanner.scan();
      switch (this.#token) {
        case TOKEN.trivia:
        case TOKEN.lineBreak:
          continue;
        case TOKEN.lineComment:
        case TOKEN.blockComment:
          this.#report('invalid-json', 'JSON has no comments', this.#here(), { fix: 'remove the comment' });
          continue;
        default:
          return;
      }
    }
  }

  #accept(token: number): boolean {
    if (this.#token !== token) return false;
    this.#next();
    return true;
  }

  #value(depth: number): JsonNode | null {
    this.#values += 1;
    const at = this.#here();
    if (this.#values > VALUE_LIMIT) {
      return this.#report('too-many-values', `the file holds more than ${VALUE_LIMIT} values`, at);
    }
    switch (this.#token) {
      case TOKEN.openBrace:
      case TOKEN.openBracket:
        if (depth >= DEPTH_LIMIT) {
          return this.#report(
            'nested-too-deep',
            `values are nested more than ${DEPTH_LIMIT} levels deep`,
            at,
          );
        }
        return this.#token === TOKEN.openBrace ? this.#object(at, depth) : this.#array(at, depth);
      case TOKEN.string: {
        const value = this.#string();
        return value === null ? null : { value, ...at };
      }
      case TOKEN.number:
        return this.#literal(at, Number(this.#scanner.getTokenValue()));
      case TOKEN.true:
        return this.#literal(at, true);
      case TOKEN.false:
        return this.#literal(at, false);
      case TOKEN.null:
        return this.#literal(at, null);
      default:
        return this.#unexpected('a value');
    }
  }

  #literal(at: Range, value: unknown): JsonNode | null {
    if (this.#scanner.getTokenError() !== 0)
      return this.#report('invalid-json', 'this is not a JSON number', at);
    this.#next();
    return { value, ...at };
  }

  #string(): string | null {
    const at = this.#here();
    const value = this.#scanner.getTokenValue();
    switch (this.#scanner.getTokenError()) {
      case SCAN_ERROR.endOfString:
        return this.#report('invalid-json', 'the text has no closing quote on its line', at, {
          fix: 'close it with ", and write line breaks as \\n',
        });
      case SCAN_ERROR.invalidUnicode:
        this.#report('invalid-json', '\\u needs four hexadecimal digits', at);
        break;
      case SCAN_ERROR.invalidEscape:
        this.#report('invalid-json', 'the text has an unknown escape', at, {
          fix: 'write a backslash as \\\\',
        });
        break;
      case SCAN_ERROR.invalidCharacter:
        this.#report('invalid-json', 'the text has a raw control character', at, {
          fix: 'write it as an escape: \\t, \\n, \\u001b',
        });
        break;
      default:
    }
    this.#next();
    return value;
  }

  #object(open: Range, depth: number): JsonNode | null {
    const members = new Map<string, JsonMember>();
    const value: Record<string, unknown> = {};
    this.#next();
    while (this.#token !== TOKEN.closeBrace) {
      const key = this.#here();
      if (this.#token !== TOKEN.string) return this.#unexpected('a property name in double quotes', open);
      const name = this.#string();
      if (name === null) return null;
      if (!this.#accept(TOKEN.colon)) return this.#unexpected('":"', open);
      const node = this.#value(depth + 1);
      if (node === null) return null;
      const first = members.get(name);
      if (first !== undefined) {
        this.#report(
          'duplicate-key',
          `${JSON.stringify(name.slice(0, 80))} is given twice in the same object`,
          key,
          {
            fix: 'keep one of the two',
            related: { message: 'first given here', at: first.key },
          },
        );
      }
      members.set(name, { key, node });
      if (name === '__proto__') {
        // Plain assignment would replace the prototype instead of adding a property.
        Object.defineProperty(value, name, {
          value: node.value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      } else {
        value[name] = node.value;
      }
      if (!this.#separator(TOKEN.closeBrace, node.end, open)) return null;
    }
    const { end } = this.#here();
    this.#next();
    return { value, members, start: open.start, end };
  }

  #array(open: Range, depth: number): JsonNode | null {
    const items: JsonNode[] = [];
    this.#next();
    while (this.#token !== TOKEN.closeBracket) {
      const node = this.#value(depth + 1);
      if (node === null) return null;
      items.push(node);
      if (!this.#separator(TOKEN.closeBracket, node.end, open)) return null;
    }
    const { end } = this.#here();
    this.#next();
    return { value: items.map((item) => item.value), items, start: open.start, end };
  }

  /** Steps over the comma after a value; false when it makes no sense to go on. */
  #separator(close: number, previousEnd: number, open: Range): boolean {
    if (this.#token === close) return true;
    if (this.#token === TOKEN.comma) {
      const comma = this.#here();
      this.#next();
      if (this.#token === close) {
        this.#report('invalid-json', 'JSON has no comma after the last entry', comma, {
          fix: 'remove the comma',
        });
      }
      return true;
    }
    const startsValue =
      close === TOKEN.closeBracket && (this.#token === TOKEN.openBrace || this.#token === TOKEN.openBracket);
    if (this.#token === TOKEN.string || startsValue) {
      this.#report(
        'invalid-json',
        'a comma is missing after this value',
        { start: previousEnd - 1, end: previousEnd },
        { fix: 'add ","' },
      );
      return true;
    }
    this.#unexpected(close === TOKEN.closeBrace ? '"," or "}"' : '"," or "]"', open);
    return false;
  }

  #unexpected(expected: string, open?: Range): null {
    const at = this.#here();
    const related = open === undefined ? {} : { related: { message: 'opened here', at: open } };
    if (this.#token === TOKEN.eof) {
      return this.#report('invalid-json', `the file ends where ${expected} is expected`, at, related);
    }
    const found = this.#text.slice(at.start, Math.min(at.end, at.start + 40));
    const word = /^'?([\w$-]+)'?$/.exec(found)?.[1];
    return this.#report('invalid-json', `expected ${expected}, found ${JSON.stringify(found)}`, at, {
      ...(word === undefined ? {} : { fix: `put it in double quotes: "${word}"` }),
      ...related,
    });
  }
}
