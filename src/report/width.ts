/** Columns that a terminal needs for printable text: East Asian wide characters and emoji take two, marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts printable text to at most `columns`, with an ellipsis, and fills it up to them if asked. */
export function fit(text: string, columns: number, fill = false): string {
  if (columns <= 0) return '';
  const whole = displayWidth(text);
  if (whole <= columns) return fill ? text + ' '.repeat(columns - whole) : text;
  let cut = '';
  let width = 0;
  for (const character of text) {
    const next = width + widthOf(character);
    if (next > columns - 1) break;
    cut += character;
    width = next;
  }
  return `${cut}…${fill ? ' '.repeat(columns - 1 - width) : ''}`;
}

/** Less than this beside a head is too narrow to read. */
const BESIDE = 20;

/**
 * `head`, and beside it text that is broken between words where a line of a terminal ends; a longer word stays whole. A
 * head that leaves too little room has only the first line beside it.
 */
export function hanging(head: string, text: string, columns = 80): string {
  const wide = displayWidth(head);
  const indent = columns - wide < BESIDE ? Math.min(wide, 4) : wide;
  const lines: string[] = [];
  let line = head;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    const longer = isEmpty ? line + word : `${line} ${word}`;
    if (isEmpty || displayWidth(longer) <= columns) {
      line = longer;
    } else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}

/** `hanging` with a head that is painted. */
export const beside = (head: string, painted: string, text: string, columns: number): string =>
  painted + hanging(head, text, columns).slice(head.length);

type Part = string | readonly [text: string, paint: (text: string) => string];

/** One line of printable parts, cut to `columns` as a whole. Each is painted after it was cut. */
export function row(columns: number, ...parts: readonly Part[]): string {
  let left = columns;
  let line = '';
  for (const part of parts) {
    const [text, paint] = typeof part === 'string' ? [part, (plain: string) => plain] : part;
    const cut = fit(text, left);
    left -= displayWidth(cut);
    line += paint(cut);
  }
  return line.trimEnd();
}

/** Less than this of a text says nothing. */
const LEAST = 10;

/** Cuts a text so that `tail` has room behind it, unless too little of the text would be left. */
export function fitBefore(tail: string, text: string, columns: number): string {
  const room = columns - displayWidth(tail);
  return room < LEAST ? text : fit(text, room);
}

/** Columns for ids: what the longest needs, but on a narrow terminal no more than leaves room for the rest. */
export const idColumns = (widest: number, columns: number): number =>
  Math.min(widest, Math.max(12, Math.floor(columns / 3)));

function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{M}|\u200b|\u200c|\u200d|[\ufe00-\ufe0f]/u.test(character)) return 0;
  return isWide(code) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}

/** Ranges of Unicode's EastAsianWidth W and F without emoji, joined where what lies between is rare. */
const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  (code >= 0xffe0 && code <= 0xffe6) ||
  (code >= 0x20000 && code <= 0x3fffd);
