import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { SyntaxFinding } from './json.ts';
import type { Range } from './text.ts';

export interface ParsedYaml {
  /** Undefined when the document is empty or there are findings. */
  readonly value: unknown;
  readonly findings: readonly SyntaxFinding[];
  /** The place of the key or value at a path, or of the nearest thing above it that exists. */
  readonly find: (path: readonly PropertyKey[], part: 'key' | 'value') => Range;
}

/** A person's configuration has a few; more is a bomb that doubles with every line. */
const ALIAS_LIMIT = 100;

/** In characters. The parser takes seconds for a megabyte of brackets. */
const SIZE_LIMIT = 100_000;

/** One YAML 1.2 document without tags of its own. Never throws on what is in the text. */
export function parseYaml(text: string): ParsedYaml {
  if (text.length > SIZE_LIMIT) {
    return refuse('file-too-large', `more than ${SIZE_LIMIT} characters are not read`);
  }
  try {
    return read(text);
  } catch (error) {
    // The parser is recursive: hostile nesting ends its stack, which leaves nothing in a bad state.
    if (error instanceof RangeError) return refuse('nested-too-deep', 'values are nested too deep');
    if (!(error instanceof ReferenceError)) throw error;
    return refuse('invalid-yaml', `aliases cannot be resolved: ${firstLine(error.message)}`);
  }
}

const refuse = (code: string, message: string): ParsedYaml => ({
  value: undefined,
  findings: [{ code, message, ...START }],
  find: () => START,
});

function read(text: string): ParsedYaml {
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    strict: true,
    logLevel: 'error',
  });
  const members = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  const find = (path: readonly PropertyKey[], part: 'key' | 'value'): Range => {
    const place = findIn(document, members, path);
    return (part === 'value' ? place.value : null) ?? place.key;
  };
  const findings = [...document.errors, ...document.warnings].map(
    ({ code, message, pos: [start, end] }, at): SyntaxFinding => ({
      code: code === 'RESOURCE_EXHAUSTION' ? 'nested-too-deep' : 'invalid-yaml',
      message: firstLine(message),
      start,
      end: Math.max(end, start + 1),
      // The others mostly come from the first.
      ...(at === 0 && { fix: FIX }),
    }),
  );
  visit(document, {
    Map: (_key, map) => {
      members.set(map, indexOf(map, findings));
    },
  });
  if (findings.length > 0) return { value: undefined, findings: findings.slice(0, 100), find };
  return { value: document.toJS({ maxAliasCount: ALIAS_LIMIT }) as unknown, findings: [], find };
}

const FIX = 'mend the YAML: keys that belong together are indented alike, and a list is [a, b]';

const START: Range = { start: 0, end: 1 };

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message;

/** The library's own check for unique keys compares every key with every other. */
function indexOf(map: YAMLMap, findings: SyntaxFinding[]): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    if (!isScalar(pair.key)) continue;
    const name = String(pair.key.value);
    const first = pairs.get(name);
    if (first !== undefined) {
      findings.push({
        code: 'duplicate-key',
        message: 'this key is given twice',
        fix: 'keep one of the two',
        related: { message: 'first given here', at: rangeOf(first.key) ?? START },
        ...(rangeOf(pair.key) ?? START),
      });
    }
    pairs.set(name, pair);
  }
  return pairs;
}

/** The deepest key and value on a path that exist. */
function findIn(
  document: Document.Parsed,
  members: ReadonlyMap<YAMLMap, ReadonlyMap<string, Pair>>,
  path: readonly PropertyKey[],
): { readonly key: Range; readonly value: Range | null } {
  let node: unknown = document.contents;
  let key = START;
  let value: Range | null = null;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = members.get(node)?.get(String(step));
      // Something is missing: the key of what it is missing in tells more than its first line.
      if (pair === undefined) return { key, value: null };
      key = rangeOf(pair.key) ?? key;
      value = rangeOf(pair.value);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      value = rangeOf(node) ?? value;
    } else {
      return { key, value };
    }
  }
  return { key, value };
}

function rangeOf(node: unknown): Range | null {
  if (!isNode(node) || node.range === null || node.range === undefined) return null;
  const [start, end] = node.range;
  return end > start ? { start, end } : null;
}
