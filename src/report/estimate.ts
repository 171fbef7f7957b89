import type { Basis, Estimate, Range } from '../domain/estimate.ts';
import { printable } from '../domain/printable.ts';
import type { Paint } from './paint.ts';
import { beside } from './width.ts';
import { formatDuration, plural } from './words.ts';

export interface PrintedEstimate extends Estimate {
  readonly parallel: number;
  readonly runLimitMs: number;
  /** Journals that are too large or could not be read. */
  readonly leftOut: number;
}

/** A few lines below a plan, of a terminal of so many columns; ends with a newline. */
export function estimateText(estimate: PrintedEstimate, paint: Paint, columns: number): string {
  const { wallClockMs, inputTokens, outputTokens, costUsd, parallel, runLimitMs } = estimate;
  const line = (name: string, text: string): string =>
    beside(`${name.padEnd(9)} `, `${paint.bold(name.padEnd(9))} `, text, columns);
  const tokens =
    inputTokens === null && outputTokens === null
      ? 'unknown'
      : `${rangeText(inputTokens, count)} in, ${rangeText(outputTokens, count)} out`;
  const sessions = `${plural(parallel, 'session')} at a time`;
  const lines = [
    line('time', `${rangeText(wallClockMs, roughly)}, ${sessions} (8 of 10 simulated runs)`),
    line('tokens', tokens),
    line('cost', rangeText(costUsd, dollars)),
    ...estimate.basis.map((basis, index) => line(index === 0 ? 'from' : '', basisText(basis))),
  ];
  if (estimate.leftOut > 0) {
    const journals = `${plural(estimate.leftOut, 'journal')} ${estimate.leftOut === 1 ? 'is' : 'are'}`;
    lines.push(line('', `${journals} left out: too large, or not readable`));
  }
  if (wallClockMs.high > runLimitMs) {
    const limit = `it may reach the time limit of a run, ${formatDuration(runLimitMs)} (timeouts.run)`;
    lines.push(paint.yellow(line('', `${limit}: teams resume goes on then`)));
  }
  return `${lines.join('\n')}\n`;
}

function basisText({ backend, from, attempts, runs }: Basis): string {
  const name = printable(backend);
  if (from === 'recorded')
    return `${plural(attempts, 'attempt')} on ${name} in ${plural(runs, 'recorded run')}`;
  const why = attempts === 0 ? 'no attempt' : `only ${plural(attempts, 'attempt')}`;
  return `assumptions, no measurements: ${why} on ${name} ${attempts > 1 ? 'are' : 'is'} on record here`;
}

function rangeText(range: Range | null, text: (value: number) => string): string {
  if (range === null) return 'unknown';
  const [low, high] = [text(range.low), text(range.high)];
  if (low !== high) return `${low} to ${high}`;
  return low.startsWith('less') ? low : `about ${low}`;
}

/** More digits would promise what an estimate cannot keep. */
function roughly(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 600) return formatDuration(Math.round(seconds / 30) * 30_000);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  return formatDuration(Math.round(minutes / 5) * 300_000);
}

function count(tokens: number): string {
  if (tokens < 1_000) return String(Math.round(tokens));
  const [unit, letter] = tokens < 999_500 ? [1_000, 'k'] : [1_000_000, 'M'];
  const value = tokens / unit;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${letter}`;
}

function dollars(usd: number): string {
  // Two digits of nothing would look as if it were not known.
  if (usd < 0.01) return 'less than $0.01';
  return `$${usd < 10 ? usd.toFixed(2) : Math.round(usd)}`;
}

/** The part of `--json`. */
export const estimateJson = ({ runLimitMs, ...estimate }: PrintedEstimate): object => ({
  ...estimate,
  mayReachRunLimit: estimate.wallClockMs.high > runLimitMs,
});
