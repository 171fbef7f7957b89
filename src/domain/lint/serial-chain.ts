import { criticalPath } from '../graph.ts';
import type { EpicSubject, LintFinding } from './finding.ts';
import { contentWords } from './likeness.ts';

/** Shorter chains are how small products are built. */
const LONG = 5;
/** How many times faster than one after another any number of sessions could be. */
const USELESS = 1.2;

export function serialChain(open: readonly EpicSubject[]): readonly LintFinding[] {
  const byId = new Map(open.map((subject) => [subject.epic.id, subject]));
  const nodes = open.map(({ epic }) => ({
    id: epic.id,
    dependsOn: epic.dependsOn.filter((id) => byId.has(id)),
    weight: epic.userStories.length,
  }));
  const chain = criticalPath(nodes).flatMap((id) => byId.get(id) ?? []);
  const stories = (epics: readonly EpicSubject[]): number =>
    epics.reduce((sum, { epic }) => sum + epic.userStories.length, 0);
  if (chain.length < LONG || stories(open) / stories(chain) >= USELESS) return [];
  const weakest = weakestLink(chain);
  if (weakest === null) return [];
  const { from, to } = weakest;
  return [
    {
      rule: 'serial-chain',
      message: `${chain.length} of ${open.length} epics wait for each other one by one: ${path(chain)}`,
      fix: `keep in dependsOn only what an epic builds on; ${to.epic.id} has the least in common with ${from.epic.id}: if it does not need its code, remove "${from.epic.id}" there`,
      at: { path: [...to.path, 'dependsOn', to.epic.dependsOn.indexOf(from.epic.id)] },
    },
  ];
}

/** The link whose two epics share the fewest words, measured against the shorter of them. */
function weakestLink(chain: readonly EpicSubject[]): { from: EpicSubject; to: EpicSubject } | null {
  const words = chain.map(({ epic, stories }) =>
    contentWords(
      [
        epic.title,
        epic.description,
        ...stories.flatMap(({ story }) => [story.title, ...story.acceptanceCriteria]),
      ].join(' '),
    ),
  );
  let best: { from: EpicSubject; to: EpicSubject; shared: number } | null = null;
  for (const [index, to] of chain.entries()) {
    const from = chain[index - 1];
    const [a, b] = [words[index - 1], words[index]];
    if (from === undefined || a === undefined || b === undefined) continue;
    const shared = [...b].filter((word) => a.has(word)).length / Math.max(1, Math.min(a.size, b.size));
    if (best === null || shared < best.shared) best = { from, to, shared };
  }
  return best;
}

function path(chain: readonly EpicSubject[]): string {
  const ids = chain.map(({ epic }) => epic.id);
  return ids.length <= 8
    ? ids.join(' → ')
    : `${ids.slice(0, 4).join(' → ')} → … → ${ids.slice(-2).join(' → ')}`;
}
