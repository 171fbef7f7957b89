import { chanceFrom, type Chance } from './chance.ts';
import { type BackendKind } from './estimate-assumptions.ts';
import { type Drawn, modelOf } from './estimate-model.ts';
import type { EpicPlan } from './events.ts';
import { remainingWork } from './graph.ts';
import type { Recorded } from './recorded.ts';
import { simulateRun, type SimulatedPlan, type World } from './simulate-run.ts';

/** Eight of ten simulated runs lie between the two. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What the numbers for a backend come from. */
export interface Basis {
  readonly backend: string;
  readonly from: 'recorded' | 'assumed';
  /** Recorded attempts on it; too few are not used. */
  readonly attempts: number;
  /** Runs that they are from. */
  readonly runs: number;
}

export interface Estimate {
  readonly simulations: number;
  readonly wallClockMs: Range;
  /** Of the attempts at epics; null: not known. Merger sessions and the final validator come on top. */
  readonly inputTokens: Range | null;
  readonly outputTokens: Range | null;
  readonly costUsd: Range | null;
  readonly basis: readonly Basis[];
}

export interface EstimateRequest extends SimulatedPlan {
  readonly finalBackend: string;
  readonly kindOf: (backend: string) => BackendKind;
  readonly recorded: Recorded;
  readonly seed: number;
}

/** More than these are not simulated: the scheduler looks at all epics at each step. */
const SIMULATED = 100;
const [FEWEST, MOST] = [9, 50];

/** What a run of these epics would take. Pure: the same request always gives the same estimate. */
export function estimate(request: EstimateRequest): Estimate {
  const count = request.epics.length;
  const simulations =
    count > SIMULATED ? MOST : Math.min(MOST, Math.max(FEWEST, Math.floor(20_000 / count ** 2)));
  const outcomes = Array.from({ length: simulations }, (_, index) =>
    oneRun(request, chanceFrom(request.seed + index)),
  );
  const range = (of: (outcome: Outcome) => number | null, digits = 0): Range | null => {
    const values = outcomes.map(of).filter((value) => value !== null);
    if (values.length < outcomes.length) return null;
    const sorted = values.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      Number((sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(digits));
    return { low: at(0.1), high: at(0.9) };
  };
  const backends = [...new Set(request.epics.map(({ backend }) => backend))];
  return {
    simulations,
    wallClockMs: range(({ took }) => took) ?? { low: 0, high: 0 },
    inputTokens: range(({ input }) => input),
    outputTokens: range(({ output }) => output),
    costUsd: range(({ cost }) => cost, 4),
    basis: backends.map((backend) => {
      const attempts = request.recorded.attempts.filter((attempt) => attempt.backend === backend);
      const runs = new Set(attempts.map(({ runId }) => runId)).size;
      return { backend, from: modelOf(request, backend).from, attempts: attempts.length, runs };
    }),
  };
}

interface Outcome {
  readonly took: number;
  readonly input: number | null;
  readonly output: number | null;
  readonly cost: number | null;
}

function oneRun(request: EstimateRequest, chance: Chance): Outcome {
  const drawn = new Map<string, Drawn>();
  const worldOf = (backend: string): Drawn => {
    const known = drawn.get(backend) ?? modelOf(request, backend).draw(chance);
    drawn.set(backend, known);
    return known;
  };
  const spent = { input: 0 as number | null, output: 0 as number | null, cost: 0 as number | null };
  const plans = new Map(request.epics.map((plan) => [plan.id, plan]));
  const attempt = (epicId: string, number: number): { takes: number; passes: boolean } => {
    const plan = plans.get(epicId);
    if (plan === undefined) throw new Error(`no epic ${epicId}`);
    // An attempt that fails leaves half of the stories proven.
    const stories = Math.max(1, Math.ceil(plan.stories.length / 2 ** (number - 1)));
    const isLast = number >= request.attempts;
    const { takes, passes, usage } = worldOf(plan.backend).attempt(stories, isLast);
    spent.input = add(spent.input, usage.input);
    spent.output = add(spent.output, usage.output);
    spent.cost = add(spent.cost, usage.cost);
    return { takes, passes: passes || isLast };
  };
  const world: World = {
    attempt,
    merge: (epicId) => worldOf(plans.get(epicId)?.backend ?? '').merge(),
    validation: () => worldOf(request.finalBackend).validation(),
  };
  const took = request.epics.length > SIMULATED ? bound(request, world) : simulateRun(request, world);
  return { took, ...spent };
}

const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

/** The longest that a schedule without needless gaps takes: the longest chain, and the rest spread over the slots. */
function bound({ epics, attempts, parallel, finalValidation }: EstimateRequest, world: World): number {
  const takes = (plan: EpicPlan): number => {
    let sum = world.merge(plan.id);
    for (let number = 1; number <= attempts; number++) {
      const attempt = world.attempt(plan.id, number);
      sum += attempt.takes;
      if (attempt.passes) break;
    }
    return sum;
  };
  const nodes = epics.map((plan) => ({ id: plan.id, dependsOn: plan.dependsOn, weight: takes(plan) }));
  const chain = [...remainingWork(nodes).values()].reduce((longest, one) => Math.max(longest, one), 0);
  const work = nodes.reduce((sum, { weight }) => sum + weight, 0);
  return chain + (work - chain) / parallel + (finalValidation ? world.validation() : 0);
}
