import { epicSchema, prdSchema, storySchema } from '../domain/prd.ts';
import { type Findings, quote } from './findings.ts';
import type { JsonNode } from './json.ts';
import { nearMiss } from '../domain/near-miss.ts';
import { epicsOf } from './prd-tree.ts';

const KEYS = {
  prd: Object.keys(prdSchema.shape),
  epic: Object.keys(epicSchema.shape),
  story: Object.keys(storySchema.shape),
};

/** Names that other tools use for the same thing, too far away for a spelling mistake. */
const SYNONYMS: Record<keyof typeof KEYS, Record<string, string>> = {
  prd: { branch: 'branchName', name: 'project' },
  epic: { stories: 'userStories', dependencies: 'dependsOn', depends: 'dependsOn', name: 'title' },
  story: { criteria: 'acceptanceCriteria', name: 'title' },
};

/** Stricter than elsewhere: a short word that is a little like a known key may well be one of somebody's own. */
const typos = (key: string): number => (key.length <= 3 ? 0 : key.length <= 5 ? 1 : 2);

/** The known keys that were probably meant, per object: they are not reported as missing as well. */
export type Misspelt = ReadonlyMap<JsonNode, ReadonlySet<string>>;

/** The known key that is meant by a key: itself, or the one that it is close to; null: one of somebody's own. */
export function knownKey(
  level: keyof typeof KEYS,
  key: string,
  isThere: (key: string) => boolean,
): string | null {
  if (KEYS[level].includes(key)) return key;
  const synonym = Object.hasOwn(SYNONYMS[level], key) ? SYNONYMS[level][key] : undefined;
  if (synonym !== undefined && !isThere(synonym)) return synonym;
  return nearMiss(key, KEYS[level], typos(key));
}

/** Keys that are not known: close to a known one they are errors, otherwise they are kept and only told. */
export function checkKeys(root: JsonNode, findings: Findings): Misspelt {
  const misspelt = new Map<JsonNode, Set<string>>();
  const check = (node: JsonNode, level: keyof typeof KEYS, name: string): void => {
    for (const [key, { key: at }] of node.members ?? []) {
      const meant = knownKey(level, key, (other) => node.members?.has(other) === true);
      if (meant === key) continue;
      if (meant === null) {
        findings.add({
          severity: 'warning',
          code: 'unknown-key',
          message: `${name} has the unknown key ${quote(key)}; teams keeps it and does not use it`,
          at,
        });
        continue;
      }
      const known = misspelt.get(node);
      if (known === undefined) misspelt.set(node, new Set([meant]));
      else known.add(meant);
      findings.add({
        code: 'misspelt-key',
        message: `${name} has the unknown key ${quote(key)}`,
        at,
        fix: `did you mean "${meant}"?`,
      });
    }
  };
  check(root, 'prd', 'the PRD');
  for (const epic of epicsOf(root)) {
    check(epic.node, 'epic', epic.name);
    for (const story of epic.stories) check(story.node, 'story', story.name);
  }
  return misspelt;
}
