/** Readers of what an agent CLI writes: nothing is believed to be there, or to be what it should be. */

export type Json = Readonly<Record<string, unknown>>;

/** Null: plain text, another JSON value than an object, or a line that was torn by a kill. */
export function jsonLine(line: string): Json | null {
  // Most other lines are plain text, and an error for each of them costs.
  if (!/^\s*\{/.test(line)) return null;
  try {
    return JSON.parse(line) as Json;
  } catch {
    return null;
  }
}

export const recordOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const itemsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(recordOf) : []);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(textOf) : []);

export const amountOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;

/** Not known as soon as one of them is not: a part must never pass for the whole. */
export const sumOf = (amounts: readonly (number | null)[]): number | null =>
  amounts.length === 0
    ? null
    : amounts.reduce((sum, amount) => (sum === null || amount === null ? null : sum + amount));

export const countOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) ? amountOf(value) : null;
