import type * as z from 'zod';
import { MODEL_KEYS } from '../domain/role-names.ts';
import type { Findings } from './findings.ts';
import type { JsonNode } from './json.ts';
import type { Misspelt } from './prd-keys.ts';
import { epicsOf, handleOf, opening } from './prd-tree.ts';
import { describeIssue, describeKey } from './schema-issue.ts';
import type { Range } from './text.ts';

/** What to do about lists that must not be empty. */
const EMPTY: Record<string, { code: string; message: string; fix: string }> = {
  acceptanceCriteria: {
    code: 'no-acceptance-criteria',
    message: 'has no acceptance criteria, so nothing can show that it is done',
    fix: 'add at least one sentence that is true when the story is done',
  },
  epics: {
    code: 'no-epics',
    message: 'has no epics, so there is nothing to do',
    fix: 'add at least one epic',
  },
  userStories: { code: 'no-stories', message: 'has no user stories', fix: 'add at least one story' },
};

/** Turns what the schema found into findings with a place, a name and a fix. */
export function checkShape(
  root: JsonNode,
  issues: readonly z.core.$ZodIssue[],
  misspelt: Misspelt,
  findings: Findings,
): void {
  const epics = epicsOf(root);
  for (const issue of issues) {
    const place = locate(root, issue.path);
    if (place.missing !== null && misspelt.get(place.owner)?.has(place.missing) === true) continue;
    // Ids have rules of their own, with better words: see prd-ids.
    if (issue.path.at(-1) === 'id' && typeof place.value === 'string') continue;
    const [top, epicIndex, list, storyIndex, ...rest] = issue.path;
    const epic = top === 'epics' && typeof epicIndex === 'number' ? epics[epicIndex] : undefined;
    const story =
      list === 'userStories' && typeof storyIndex === 'number' ? epic?.stories[storyIndex] : undefined;
    const inside = story === undefined ? issue.path.slice(epic === undefined ? 0 : 2) : rest;
    const name = story?.name ?? epic?.name ?? 'the PRD';
    if (issue.code === 'unrecognized_keys') {
      // Only the models of an epic have keys that are all known.
      for (const key of issue.keys) {
        const { code, message, fix } = describeKey(key, MODEL_KEYS);
        const at = place.node.members?.get(key)?.key ?? place.at;
        findings.add({ code, message: `${name}: ${fieldName(inside)} ${message}`, at, fix });
      }
      continue;
    }
    const described = describeIssue(issue, place.value);
    const empty = described.code === 'empty-list' ? EMPTY[String(inside.at(-1))] : undefined;
    if (empty !== undefined) {
      findings.add({ code: empty.code, message: `${name} ${empty.message}`, at: place.at, fix: empty.fix });
      continue;
    }
    const subject = inside.length === 0 ? name : `${name}: ${fieldName(inside)}`;
    findings.add({
      code: described.code,
      message: `${subject} ${described.message}`,
      at: place.at,
      ...(described.fix === undefined ? {} : { fix: described.fix }),
    });
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

interface Place {
  readonly at: Range;
  readonly node: JsonNode;
  readonly value: unknown;
  /** The object that the place is in. */
  readonly owner: JsonNode;
  /** The last part of the path, when there is nothing. */
  readonly missing: string | null;
}

function locate(root: JsonNode, path: readonly PropertyKey[]): Place {
  let owner = root;
  let node = root;
  for (const part of path) {
    owner = node;
    const next = typeof part === 'number' ? node.items?.[part] : node.members?.get(String(part))?.node;
    if (next === undefined)
      return { at: handleOf(node), node, value: undefined, owner, missing: String(part) };
    node = next;
  }
  return { at: opening(node), node, value: node.value, owner, missing: null };
}
