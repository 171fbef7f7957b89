import { findCycle } from '../../domain/graph.ts';
import { type Findings, quote } from '../findings.ts';
import type { Draft, DraftGroup, DraftStory, Reference } from './draft.ts';

/**
 * The stories of a group so that each comes after what it depends on, otherwise in the order of the source. A circle is a
 * finding: nobody but the person can say which of the dependencies is wrong.
 */
export function inOrder(group: DraftGroup, findings: Findings): readonly DraftStory[] {
  const own = new Set(group.stories.map((story) => story.key));
  const nodes = group.stories.map((story) => ({
    id: story.key,
    dependsOn: story.dependsOn.map(({ key }) => key).filter((key) => own.has(key)),
    weight: 1,
  }));
  const cycle = findCycle(nodes);
  if (cycle !== null) {
    reportCircle(
      cycle,
      (from, to) => edgeOf(group.stories.find(({ key }) => key === from)?.dependsOn, to),
      findings,
    );
    return group.stories;
  }
  const byKey = new Map(group.stories.map((story) => [story.key, story]));
  const placed = new Set<string>();
  const result: DraftStory[] = [];
  for (const story of group.stories) {
    // An explicit stack: a long chain must not overflow the call stack.
    const open = [story];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const missing = top.dependsOn.find(({ key }) => own.has(key) && !placed.has(key));
      const next = missing === undefined ? undefined : byKey.get(missing.key);
      if (next !== undefined) {
        open.push(next);
        continue;
      }
      open.pop();
      if (placed.has(top.key)) continue;
      placed.add(top.key);
      result.push(top);
    }
  }
  return result;
}

/** Groups that wait for each other in a circle, as the source says it itself. */
export function checkGroups({ groups }: Draft, findings: Findings): void {
  const nodes = groups.map((group) => ({
    id: group.key,
    dependsOn: group.dependsOn.map(({ key }) => key),
    weight: 1,
  }));
  const cycle = findCycle(nodes);
  if (cycle === null) return;
  reportCircle(cycle, (from, to) => edgeOf(groups.find(({ key }) => key === from)?.dependsOn, to), findings);
}

const edgeOf = (references: readonly Reference[] | undefined, to: string): Reference | undefined =>
  references?.find(({ key }) => key === to);

function reportCircle(
  cycle: readonly string[],
  edge: (from: string, to: string) => Reference | undefined,
  findings: Findings,
): void {
  const shown = cycle.length > 8 ? [...cycle.slice(0, 4), '…', ...cycle.slice(-2)] : cycle;
  const [first, second] = cycle.slice(-2);
  findings.add({
    code: 'cycle',
    message: `these wait for each other in a circle: ${shown.map((key) => (key === '…' ? key : quote(key).slice(1, -1))).join(' -> ')}`,
    at: (first === undefined || second === undefined ? undefined : edge(first, second))?.at ?? null,
    fix: 'remove one of these dependencies from the source',
  });
}
