/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** What it is held against, measured in the same run; empty for an absolute bar. */
  readonly reference: string;
  /** In the unit of the bar. */
  readonly value: number;
  readonly bar: number;
  readonly unit: '×' | 's' | 'MB';
}

/** Rows that are measured together. */
export interface Measure {
  readonly name: string;
  /** How, in one line each, for docs/benchmarks.md. */
  readonly how: readonly string[];
  run(): Promise<readonly Row[]>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
