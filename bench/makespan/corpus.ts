import { remainingWork } from '../../src/domain/graph.ts';
import type { EpicSpec } from '../../tests/rig/prd.ts';
import { between, logNormal, randomFrom } from './random.ts';

/** One plan and how long everything in it takes; the scheduler sees the plan alone. */
export interface Plan {
  readonly name: string;
  readonly parallel: number;
  readonly epics: readonly (EpicSpec & { readonly dependsOn: readonly string[]; readonly stories: number })[];
  /** Time of each story by epic, in minutes. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
}

export const PARALLEL = [3, 5] as const;
const SEED = 20_260_101;
const MEDIAN_STORY = 10;
const SIGMA = 0.5;

/** `count` plans for each degree of parallelism, 12 to 60 epics each, the same on every machine. */
export function corpus(count: number, sizes: readonly [number, number] = [12, 60]): readonly Plan[] {
  const random = randomFrom(SEED);
  const plan = (i: number): readonly Plan[] => {
    const size = between(random, ...sizes);
    const epics = Array.from({ length: size }, (_, k) => ({
      id: idOf(k),
      stories: between(random, 1, 5),
      dependsOn: dependencies(random, k),
    }));
    const durations = new Map(
      epics.map(({ id, stories }) => [
        id,
        Array.from({ length: stories }, () => logNormal(random, MEDIAN_STORY, SIGMA)),
      ]),
    );
    return PARALLEL.map((parallel) => ({ name: `plan ${i + 1}`, parallel, epics, durations }));
  };
  return Array.from({ length: count }, (_, i) => plan(i)).flat();
}

/** A third of the epics can start at once; the others build on one to three of those before them. */
function dependencies(random: () => number, k: number): readonly string[] {
  if (k === 0 || random() < 1 / 3) return [];
  return [...new Set(Array.from({ length: between(random, 1, 3) }, () => idOf(between(random, 0, k - 1))))];
}

const idOf = (k: number): string => `E-${String(k + 1).padStart(2, '0')}`;

export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, n) => total + n, 0);

/** No schedule can be shorter: the longest chain, or all the work on all slots. `durations` by epic id. */
export function lowerBound(
  plan: Pick<Plan, 'epics' | 'parallel'>,
  durations: ReadonlyMap<string, number>,
): number {
  const nodes = plan.epics.map(({ id, dependsOn }) => ({ id, dependsOn, weight: durations.get(id) ?? 0 }));
  return Math.max(...remainingWork(nodes).values(), sum(durations.values()) / plan.parallel);
}
