import { createHash } from 'node:crypto';
import { clip, printable } from '../../domain/printable.ts';
import { isSafeId } from '../../domain/prd.ts';

/** One line for a title or a criterion, without the marks of Markdown around words. */
export function line(text: string, max = 200): string {
  const plain = printable(text.slice(0, 10_000))
    .replace(/!?\[([^\][]*)\]\([^()]*\)/g, '$1')
    .replace(/(\*\*|__)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return clip(plain, max);
}

/** A name of the source as it is, in a message. */
export const shown = (text: string): string => clip(printable(text.slice(0, 500)), 60);

/** A criterion may be a long sentence. */
export const sentence = (text: string): string => line(text, 1000);

/** Text of several lines, such as a description. */
export const prose = (text: string): string =>
  clip(
    printable(text, { multiline: true })
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    10_000,
  );

/** Such as `sign-in-form`. Text without Latin letters or digits gets a name that is its own all the same. */
export function slug(text: string): string {
  const words = text
    .slice(0, 500)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (!/[\p{L}\p{N}]/u.test(text)) return 'untitled';
  if (words === '') return `x${createHash('sha256').update(text).digest('hex').slice(0, 7)}`;
  if (words.length <= 40) return words;
  const cut = words.slice(0, 40);
  return cut.includes('-', 20) ? cut.slice(0, cut.lastIndexOf('-')) : cut;
}

/** The id as the source has it where that is safe, else as near as possible. */
export function safeId(wish: string): string {
  if (isSafeId(wish)) return wish;
  const near = wish
    .slice(0, 200)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/[.-]{2,}/g, '-')
    .replace(/\.lock$/i, '-lock')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60)
    .replace(/[.-]+$/, '');
  return isSafeId(near) ? near : slug(wish);
}

/** A key as the part of a URL, so that any text can be told in `source`. */
export const anchor = (key: string): string =>
  key.replace(/[^\w./~-]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );

/** Hands out ids that nobody has yet, without regard to case. */
export class Ids {
  readonly #taken: Set<string>;
  /** Where counting goes on: a thousand equal headings must not try a thousand numbers each. */
  readonly #last = new Map<string, number>();

  constructor(taken: Iterable<string>) {
    this.#taken = new Set([...taken].map((id) => id.toLowerCase()));
  }

  take(wish: string): string {
    const base = safeId(wish);
    let id = base;
    let number = this.#last.get(base.toLowerCase()) ?? 1;
    while (this.#taken.has(id.toLowerCase())) {
      number += 1;
      id = `${base.slice(0, 63 - String(number).length)}-${number}`;
    }
    this.#last.set(base.toLowerCase(), number);
    this.#taken.add(id.toLowerCase());
    return id;
  }
}

/** Keys that are unique inside one source: the second of two equal ones is numbered. */
export class Keys {
  readonly #seen = new Map<string, number>();

  take(key: string): string {
    const count = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, count);
    return count === 1 ? key : this.take(`${key}-${count}`);
  }
}
