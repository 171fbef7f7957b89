import { findCycle } from '../../domain/graph.ts';
import type { Prd } from '../../domain/prd.ts';
import type { Findings } from '../findings.ts';
import type { PlannedEpic } from './assemble.ts';
import type { Draft, Guess, Reference } from './draft.ts';
import { shown } from './words.ts';

/** Each costs a walk over the whole graph; so many are no list that makes sense. */
const CIRCLE_LIMIT = 100;

export interface Places {
  readonly draft: Draft;
  readonly target: Prd | null;
  /** Every epic that the import makes or changes, by id. */
  readonly epics: ReadonlyMap<string, PlannedEpic>;
  /** An epic of the PRD that the import had nothing to say about so far. */
  readonly take: (id: string) => PlannedEpic;
  /** The epics that a group became, in order. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** The epic that a story is in. */
  readonly epicOf: ReadonlyMap<string, string>;
}

/** A dependency between stories, as one between their epics. */
interface LiftedEdge {
  readonly from: string;
  readonly to: string;
  readonly at: Reference['at'];
}

/** Dependencies between epics: those of groups as they are, those of stories as far as they close no circle. */
export function connect(places: Places, guesses: Guess[], findings: Findings): void {
  const { draft, parts, epicOf } = places;
  const ordered = new Set(draft.groups.flatMap((group) => (group.ordered ? [group.key] : [])));
  const done = new Set(draft.done.map(({ key }) => key));
  const aside = new Set(draft.leftOut.map(({ key }) => key));
  const targets = ({ key, at }: Reference): readonly string[] => {
    const found = parts.get(key) ?? [];
    if (found.length > 0) return ordered.has(key) ? found.slice(-1) : found;
    const story = epicOf.get(key);
    if (story !== undefined) return [story];
    if (!done.has(key)) {
      const why = aside.has(key) ? 'is left out' : 'is not in the file';
      const message = `the dependency on "${shown(key)}", which ${why}, is dropped`;
      guesses.push({ kind: 'dependencies', message, at });
    }
    return [];
  };
  for (const group of draft.groups) {
    const all = parts.get(group.key) ?? [];
    for (const reference of group.dependsOn) {
      for (const to of targets(reference)) {
        for (const from of group.ordered ? all.slice(0, 1) : all) depend(places, from, to);
      }
    }
  }
  const lifted: LiftedEdge[] = [];
  for (const story of draft.groups.flatMap((group) => group.stories)) {
    const from = epicOf.get(story.key);
    for (const reference of story.dependsOn) {
      for (const to of targets(reference)) {
        if (from !== undefined && depend(places, from, to)) lifted.push({ from, to, at: reference.at });
      }
    }
  }
  breakCircles(places, lifted, guesses, findings);
}

/** False: there is nothing to add. */
function depend({ epics, take }: Places, from: string, to: string): boolean {
  const epic = epics.get(from) ?? take(from);
  if (from === to || epic.dependsOn.includes(to)) return false;
  epic.dependsOn.push(to);
  return true;
}

function breakCircles(
  places: Places,
  lifted: readonly LiftedEdge[],
  guesses: Guess[],
  findings: Findings,
): void {
  const { epics, target } = places;
  const open = new Map(lifted.map((edge) => [`${edge.from} ${edge.to}`, edge]));
  const others = (target?.epics ?? []).filter(({ id }) => !epics.has(id));
  const drop = (edge: LiftedEdge): void => {
    const { from, to, at } = edge;
    const epic = epics.get(from);
    if (epic !== undefined) epic.dependsOn = epic.dependsOn.filter((id) => id !== to);
    open.delete(`${from} ${to}`);
    const message = `${from} does not wait for ${to}, although one of its stories would: they would wait for each other`;
    guesses.push({ kind: 'dependencies', message, at });
  };
  for (let count = 0; ; count++) {
    const nodes = [...epics.values(), ...others].map(({ id, dependsOn }) => ({ id, dependsOn, weight: 1 }));
    const cycle = findCycle(nodes);
    if (cycle === null) return;
    const edges = cycle.slice(1).map((to, index) => open.get(`${cycle[index]} ${to}`));
    const edge = edges.findLast((found) => found !== undefined);
    if (edge === undefined) {
      findings.add({
        code: 'cycle',
        message: `with this import, epics would wait for each other in a circle: ${shortList(cycle, ' -> ')}`,
        at: null,
        fix: 'remove one of these dependencies from the PRD or from the source',
      });
      return;
    }
    for (const dropped of count < CIRCLE_LIMIT ? [edge] : [...open.values()]) drop(dropped);
  }
}

export const shortList = (ids: readonly string[], separator = ', '): string =>
  ids.length > 8 ? `${ids.slice(0, 4).join(separator)} … ${ids.at(-1)}` : ids.join(separator);
