import type { Usage } from './events.ts';

export interface Spent {
  readonly tokens: number;
  readonly costUsd: number;
  /** Backends with a session that did not tell all of its tokens, or its cost: the sum lacks that. */
  readonly withoutTokens: readonly string[];
  readonly withoutCost: readonly string[];
}

export const NOTHING_SPENT: Spent = { tokens: 0, costUsd: 0, withoutTokens: [], withoutCost: [] };

/** After a process has ended; one without a backend is a check, and costs nothing. */
export function spend(spent: Spent, backend: string | null | undefined, usage: Usage | null): Spent {
  if (typeof backend !== 'string') return spent;
  const { inputTokens, outputTokens, costUsd } = usage ?? reportedUsage({});
  const named = (known: readonly string[], told: boolean): readonly string[] =>
    told || known.includes(backend) ? known : [...known, backend];
  return {
    tokens: spent.tokens + (inputTokens ?? 0) + (outputTokens ?? 0),
    costUsd: spent.costUsd + (costUsd ?? 0),
    // One of the two is no more than a part of what it took.
    withoutTokens: named(spent.withoutTokens, inputTokens !== null && outputTokens !== null),
    withoutCost: named(spent.withoutCost, costUsd !== null),
  };
}

/** What one report of a session tells. A key that is not there was not spoken of; null: spent, and nobody knows how much. */
export type UsageReport = { readonly [K in keyof Usage]?: Usage[K] | undefined };

/** A sum is known only when all of its parts are: a part must never pass for the whole. */
export function addUsage(a: Usage | null, b: Usage | null): Usage | null;
export function addUsage(a: UsageReport | null, b: UsageReport): UsageReport;
export function addUsage(a: UsageReport | null, b: UsageReport | null): UsageReport | null {
  if (a === null || b === null) return a ?? b;
  const add = (key: keyof Usage): number | null | undefined => {
    const [x, y] = [a[key], b[key]];
    if (x === undefined || y === undefined) return x === undefined ? y : x;
    return x === null || y === null ? null : x + y;
  };
  return { inputTokens: add('inputTokens'), outputTokens: add('outputTokens'), costUsd: add('costUsd') };
}

/** What nobody spoke of is not known. */
export const reportedUsage = ({
  inputTokens = null,
  outputTokens = null,
  costUsd = null,
}: UsageReport): Usage => ({ inputTokens, outputTokens, costUsd });
