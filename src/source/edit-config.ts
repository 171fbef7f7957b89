import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { editYaml, type YamlChange } from './edit-yaml.ts';
import { parseYaml } from './yaml.ts';

/**
 * The text of a valid configuration with these changes in it: comments, order, layout and every line that has nothing to
 * do with them stay as they are. Null when the file has something in the way, such as an alias.
 */
export function editConfig(text: string, changes: readonly YamlChange[]): string | null {
  let edited = text;
  for (const change of changes) {
    const wanted = applied(parseYaml(edited).value, change);
    if (holds(edited, wanted)) continue;
    const next = editYaml(edited, change);
    if (next !== null && holds(next, wanted)) {
      edited = next;
      continue;
    }
    // A layout that is not known here: the library knows all of them, but lays the whole file out anew.
    const rewritten = rewrite(edited, change);
    if (rewritten === null || !holds(rewritten, wanted)) return null;
    edited = rewritten;
  }
  return edited;
}

function holds(text: string, wanted: unknown): boolean {
  const { value, findings } = parseYaml(text);
  return findings.length === 0 && isDeepStrictEqual(value ?? {}, wanted);
}

/** What the file has to mean afterwards. */
function applied(value: unknown, { path: [key, inner], value: wanted }: YamlChange): unknown {
  const root = { ...(value as Record<string, unknown> | null) };
  const set = (object: Record<string, unknown>, name: string, to: unknown): Record<string, unknown> => {
    const entries = Object.entries(object).filter(([other]) => other !== name || to !== null);
    return Object.fromEntries(to === null ? entries : [...entries, [name, to]]);
  };
  if (inner === undefined) return set(root, key, wanted);
  const before = { ...(root[key] as Record<string, unknown> | null | undefined) };
  if (wanted === null && !Object.hasOwn(before, inner)) return root;
  const below = set(before, inner, wanted);
  return set(root, key, Object.keys(below).length === 0 ? null : below);
}

function rewrite(text: string, { path, value }: YamlChange): string | null {
  try {
    const document = parseDocument(text);
    if (value !== null) setNode(document, path, value);
    else if (document.deleteIn(path) && path.length === 2) {
      const parent = document.get(path[0]);
      if (isMap(parent) && parent.items.length === 0) document.delete(path[0]);
    }
    return document.toString({ lineWidth: 0 });
  } catch {
    // What is at the path cannot be changed: an alias, for one.
    return null;
  }
}

/** Comments belong to nodes: what can be kept of the old ones is. */
function setNode(
  document: Document,
  path: YamlChange['path'],
  value: NonNullable<YamlChange['value']>,
): void {
  const before = document.getIn(path, true);
  if (isSeq(before) && typeof value === 'object') {
    const items = [...before.items];
    before.items = value.map((one) => {
      const kept = items.findIndex((item) => isScalar(item) && item.value === one);
      return kept === -1 ? document.createNode(one) : items.splice(kept, 1)[0];
    });
    return;
  }
  const node = document.createNode(value);
  if (isScalar(before)) Object.assign(node, { comment: before.comment, commentBefore: before.commentBefore });
  document.setIn(path, node);
}
