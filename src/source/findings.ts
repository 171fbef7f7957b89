import type { Diagnostic } from '../domain/diagnostics.ts';
import { clip, printable } from '../domain/printable.ts';
import type { SyntaxFinding } from './json.ts';
import type { Range, SourceText } from './text.ts';

/** More errors, or more warnings, than this help nobody and could fill the memory. */
const LIMIT = 1000;

export interface FindingInput {
  readonly severity?: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly at: Range | null;
  readonly why?: string;
  readonly fix?: string;
  readonly related?: readonly { readonly message: string; readonly at: Range }[];
}

/** Collects what is wrong with one file, in the order of the file. */
export class Findings {
  readonly #source: SourceText;
  readonly #entries: { readonly start: number; readonly diagnostic: Diagnostic }[] = [];
  readonly #counts = { error: 0, warning: 0 };

  constructor(source: SourceText) {
    this.#source = source;
  }

  add(input: FindingInput): void {
    const severity = input.severity ?? 'error';
    this.#counts[severity] += 1;
    if (this.#counts[severity] > LIMIT) return;
    const { why, fix } = input;
    this.#entries.push({
      start: input.at?.start ?? -1,
      diagnostic: {
        severity,
        code: input.code,
        message: input.message,
        file: this.#source.file,
        ...(input.at === null ? {} : { at: this.#source.span(input.at) }),
        ...(why === undefined ? {} : { why }),
        ...(fix === undefined ? {} : { fix }),
        ...(input.related === undefined
          ? {}
          : { related: input.related.map(({ message, at }) => ({ message, at: this.#source.span(at) })) }),
      },
    });
  }

  /** What keeps the file from being what its format asks for. */
  addSyntax(findings: readonly SyntaxFinding[]): void {
    for (const { related, start, end, ...finding } of findings) {
      this.add({ ...finding, at: { start, end }, ...(related === undefined ? {} : { related: [related] }) });
    }
  }

  get hasErrors(): boolean {
    return this.#counts.error > 0;
  }

  diagnostics(): Diagnostic[] {
    const sorted = this.#entries.toSorted((a, b) => a.start - b.start).map((entry) => entry.diagnostic);
    for (const severity of ['error', 'warning'] as const) {
      const left = this.#counts[severity] - LIMIT;
      if (left <= 0) continue;
      const message = `there are ${left} more ${severity}s; only the first ${LIMIT} are kept`;
      sorted.push({ severity, code: 'too-many-findings', message, file: this.#source.file });
    }
    return sorted;
  }
}

/** A value of a file for use in a message: printable and short. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return printable(JSON.stringify(clip(value, 60)));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
