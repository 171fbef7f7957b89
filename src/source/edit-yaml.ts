import { isMap, isScalar, isSeq, parseDocument, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { configSchema } from '../domain/config.ts';
import { quotedText, scalarText } from './yaml-scalar.ts';

/** A key at the top or one level below, and what it becomes; null: it goes away. */
export interface YamlChange {
  readonly path: readonly [string] | readonly [string, string];
  readonly value: string | number | readonly string[] | null;
}

/** The order in which the documentation has the keys. */
const ORDER = Object.keys(configSchema.shape);

/** The text with this change in it, every other byte as it was. Null where the layout is one that is not known here. */
export function editYaml(text: string, { path, value }: YamlChange): string | null {
  const root = parseDocument(text).contents;
  if (root === null) return value === null ? text : appendTo(text, path, value);
  if (!isMap(root)) return null;
  const [key, inner] = path;
  const pair = pairOf(root, key);
  if (inner === undefined || pair === undefined) {
    if (value === null) return pair === undefined ? text : removePair(text, root, pair);
    if (pair !== undefined) return replaceValue(text, pair, value);
    return insertPair(text, root, key, inner === undefined ? value : { [inner]: value });
  }
  const map = pair.value;
  if (!isMap(map)) return null;
  const below = pairOf(map, inner);
  if (value === null) {
    if (below === undefined) return text;
    return map.items.length === 1 ? removePair(text, root, pair) : removePair(text, map, below);
  }
  return below === undefined ? insertPair(text, map, inner, value) : replaceValue(text, below, value);
}

type Value = string | number | readonly string[];
type Nested = Value | Readonly<Record<string, Value>>;

const isList = (value: Nested): value is readonly string[] => Array.isArray(value);

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);

const newlineOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** A file of comments only. */
function appendTo(text: string, path: YamlChange['path'], value: Value): string {
  const gap = text === '' || text.endsWith('\n') ? '' : newlineOf(text);
  const [key, inner] = path;
  return `${text}${gap}${blockPair(key, inner === undefined ? value : { [inner]: value }, '', newlineOf(text))}${newlineOf(text)}`;
}

function replaceValue(text: string, { key, value: node }: Pair, value: Value): string | null {
  if (isSeq(node) && isList(value)) {
    return value.length === 0 && node.flow !== true
      ? emptyList(text, key, node)
      : replaceList(text, node, value);
  }
  if (!isScalar(node) || isList(value)) return null;
  if (node.type !== 'PLAIN' && node.type !== 'QUOTE_DOUBLE' && node.type !== 'QUOTE_SINGLE') return null;
  const [start, end] = rangeOf(node);
  if (end === start) return null;
  const quoted = node.type === 'QUOTE_DOUBLE' && typeof value === 'string';
  const replacement = quoted ? quotedText(value) : scalarText(value);
  // A comment behind it stays in its column, so that comments that stand below each other still do.
  const gap = /^ +(?=#)/.exec(text.slice(end))?.[0] ?? '';
  const padded = gap === '' ? '' : ' '.repeat(Math.max(1, gap.length + end - start - replacement.length));
  return splice(text, start, end + gap.length, replacement + padded);
}

function replaceList(text: string, list: YAMLSeq, values: readonly string[]): string | null {
  const [start, end] = rangeOf(list);
  if (list.flow === true) {
    // Spread over lines, it may have comments in it.
    return text.slice(start, end).includes('\n') ? null : splice(text, start, end, flowList(values));
  }
  // Whole lines, from the end of the line before an item to the end of its own: what explains an item stands above it.
  const items: { readonly value: unknown; readonly lines: string }[] = [];
  const first = lineStart(text, start);
  let from = first;
  for (const item of list.items) {
    if (!isScalar(item)) return null;
    const to = lineEnd(text, rangeOf(item)[1]);
    items.push({ value: item.value, lines: text.slice(from, to) });
    from = to;
  }
  const dash = text.slice(first, start);
  if (dash.trim() !== '') return null;
  const lines = values.map((value, place) => {
    const index = items.findIndex((item) => item.value === value);
    const [kept] = index === -1 ? [] : items.splice(index, 1);
    // The line breaks stand before each item but the first, whichever that is now.
    if (kept === undefined) return `${dash}- ${scalarText(value)}`;
    return kept.lines.replace(place === 0 ? /^(?:[ \t]*\r?\n)+/ : /^\r?\n/, '');
  });
  return splice(text, first, from, lines.join(newlineOf(text)));
}

function emptyList(text: string, key: unknown, list: YAMLSeq): string | null {
  const last = list.items.at(-1);
  if (!isScalar(key) || !isScalar(last)) return null;
  const start = rangeOf(key)[1];
  const end = lineEnd(text, rangeOf(last)[1]);
  // Comments in it are for whoever lays the file out anew.
  return text.slice(start, end).includes('#') ? null : splice(text, start, end, ': []');
}

function insertPair(text: string, map: YAMLMap, key: string, value: Nested): string | null {
  const top = rangeOf(map);
  if (map.flow === true) {
    const style = isScalar(map.items[0]?.key) ? map.items[0].key.type : undefined;
    const name = style === 'QUOTE_DOUBLE' ? quotedText(key) : scalarText(key);
    const entry = `${name}: ${flowValue(value, style === 'QUOTE_DOUBLE')}`;
    const last = map.items.at(-1);
    if (last === undefined) return splice(text, top[0], top[1], `{ ${entry} }`);
    const lastKey = startOf(last.key);
    const end = endOf(last);
    if (lastKey === null || end === null) return null;
    const before = text.slice(lineStart(text, lastKey), lastKey);
    const gap = before.trim() === '' ? `${newlineOf(text)}${before}` : ' ';
    return splice(text, end, end, `,${gap}${entry}`);
  }
  const predecessor = predecessorOf(map, key);
  const at = predecessor === undefined ? null : endOf(predecessor);
  const start = startOf(map.items[0]?.key);
  if (at === null || start === null) return null;
  const indent = text.slice(lineStart(text, start), start);
  if (indent.trim() !== '') return null;
  const newline = newlineOf(text);
  const end = lineEnd(text, trimmedEnd(text, at));
  // Where the keys stand apart, the new one does too.
  const apart = indent === '' && /^\r?\n[ \t]*\r?\n/.test(text.slice(end)) ? newline : '';
  return splice(text, end, end, `${newline}${apart}${blockPair(key, value, indent, newline)}`);
}

/** The entry after which a new key is looked for: in the order of the documentation, else at the end. */
function predecessorOf(map: YAMLMap, key: string): Pair | undefined {
  const earlier = ORDER.slice(0, Math.max(0, ORDER.indexOf(key)));
  const before = map.items.filter((pair) => isScalar(pair.key) && earlier.includes(String(pair.key.value)));
  return before.at(-1) ?? map.items.at(-1);
}

function removePair(text: string, map: YAMLMap, pair: Pair): string | null {
  const start = startOf(pair.key);
  const end = endOf(pair);
  if (start === null || end === null) return null;
  if (map.flow === true) {
    const index = map.items.indexOf(pair);
    const next = startOf(map.items[index + 1]?.key);
    if (next !== null) return splice(text, start, next, '');
    const previous = map.items[index - 1];
    const from = previous === undefined ? null : endOf(previous);
    return splice(text, from ?? start, end, '');
  }
  const from = lineStart(text, start);
  if (text.slice(from, start).trim() !== '') return null;
  const to = lineEnd(text, trimmedEnd(text, end));
  return splice(text, from, text.startsWith('\r\n', to) ? to + 2 : to + 1, '');
}

function blockPair(key: string, value: Nested, indent: string, newline: string): string {
  const head = `${indent}${scalarText(key)}:`;
  if (isList(value)) {
    if (value.length === 0) return `${head} []`;
    return [head, ...value.map((one) => `${indent}  - ${scalarText(one)}`)].join(newline);
  }
  if (typeof value !== 'object') return `${head} ${scalarText(value)}`;
  const below = Object.entries(value).map(([name, one]) => blockPair(name, one, `${indent}  `, newline));
  return [head, ...below].join(newline);
}

function flowValue(value: Nested, quoted: boolean): string {
  if (isList(value)) return flowList(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted ? quotedText(value) : scalarText(value);
  const inner = Object.entries(value).map(
    ([name, one]) => `${quoted ? quotedText(name) : scalarText(name)}: ${flowValue(one, quoted)}`,
  );
  return `{ ${inner.join(', ')} }`;
}

const flowList = (values: readonly string[]): string => `[${values.map(quotedText).join(', ')}]`;

const splice = (text: string, start: number, end: number, replacement: string): string =>
  text.slice(0, start) + replacement + text.slice(end);

/** Start of the node and end of its value: behind that there may be a comment. */
function rangeOf(node: {
  readonly range?: readonly [number, number, number] | null | undefined;
}): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return [start, end];
}

const startOf = (key: unknown): number | null => (isScalar(key) ? rangeOf(key)[0] : null);

/** Null for what has no text of its own, and for an alias. Of a block, the end of the last thing in it: comments follow. */
function endOf({ value }: Pair): number | null {
  if (isMap(value) && value.flow !== true) {
    const last = value.items.at(-1);
    return last === undefined ? null : endOf(last);
  }
  if (isSeq(value) && value.flow !== true) {
    const last = value.items.at(-1);
    return isScalar(last) ? rangeOf(last)[1] : null;
  }
  if (!isScalar(value) && !isMap(value) && !isSeq(value)) return null;
  const [start, end] = rangeOf(value);
  return end > start ? end : null;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end === -1) return text.length;
  return text.charAt(end - 1) === '\r' && end > at ? end - 1 : end;
}

/** A block ends behind the line break of its last line, or later. */
function trimmedEnd(text: string, at: number): number {
  let end = at;
  while (end > 0 && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}
