import type { EpicPhase, EpicState } from '../../domain/state.ts';

/** What a person can spare first comes first: what is done, then what cannot start yet. What is at work stays longest. */
const SPARED: readonly (readonly EpicPhase[])[] = [
  ['merged'],
  ['waiting'],
  ['blocked'],
  ['ready'],
  ['failed', 'partial', 'merge-failed'],
  ['passed'],
  ['attempting', 'merging'],
];

/** Picks the epics that fit into `room` lines, in their order; the rest is summed up in one of these lines. */
export function chooseRows(
  epics: readonly EpicState[],
  room: number,
): { readonly shown: readonly EpicState[]; readonly hidden: string | null } {
  if (epics.length <= room) return { shown: epics, hidden: null };
  if (room === 0) return { shown: [], hidden: null };
  const dropped = new Set<EpicState>();
  const excess = epics.length - (room - 1);
  for (const phases of SPARED) {
    const group = epics.filter((epic) => phases.includes(epic.phase));
    // The oldest merges go first, but of those that wait, the last in line.
    const order = phases[0] === 'merged' ? group : group.toReversed();
    for (const epic of order.slice(0, excess - dropped.size)) dropped.add(epic);
    if (dropped.size === excess) break;
  }
  return { shown: epics.filter((epic) => !dropped.has(epic)), hidden: sumUp([...dropped]) };
}

function sumUp(epics: readonly EpicState[]): string {
  const counts = new Map<EpicPhase, number>();
  for (const { phase } of epics) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  return [...counts].map(([phase, n]) => `${n} ${phase}`).join(', ');
}
