import type { Usage } from './events.ts';

export interface Spent {
  readonly tokens: number;
  readonly costUsd: number;
  /** Backends with a session that did not tell its tokens, or its cost: it is not part of the sum. */
  readonly withoutTokens: readonly string[];
  readonly withoutCost: readonly string[];
}

export const NOTHING_SPENT: Spent = { tokens: 0, costUsd: 0, withoutTokens: [], withoutCost: [] };

/** After a process has ended; one without a backend is a check, and costs nothing. */
export function spend(spent: Spent, backend: string | null | undefined, usage: Usage | null): Spent {
  if (typeof backend !== 'string') return spent;
  const tokens = tokensOf(usage);
  const costUsd = usage?.costUsd ?? null;
  const named = (known: readonly string[], told: boolean): readonly string[] =>
    told || known.includes(backend) ? known : [...known, backend];
  return {
    tokens: spent.tokens + (tokens ?? 0),
    costUsd: spent.costUsd + (costUsd ?? 0),
    withoutTokens: named(spent.withoutTokens, tokens !== null),
    withoutCost: named(spent.withoutCost, costUsd !== null),
  };
}

/** Null: it did not tell. */
function tokensOf(usage: Usage | null): number | null {
  if (usage === null || (usage.inputTokens === null && usage.outputTokens === null)) return null;
  return (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
}

export function addUsage(a: Usage | null, b: Usage | null): Usage | null {
  if (a === null || b === null) return a ?? b;
  const add = (x: number | null, y: number | null): number | null =>
    x === null || y === null ? null : x + y;
  return {
    inputTokens: add(a.inputTokens, b.inputTokens),
    outputTokens: add(a.outputTokens, b.outputTokens),
    costUsd: add(a.costUsd, b.costUsd),
  };
}
