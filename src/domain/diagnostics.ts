/**
 * A finding about a file that a person edits. `source/` makes them, `report/` prints them with the text underlined.
 */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Machine-readable, stable: e.g. `unknown-reference`. */
  readonly code: string;
  readonly message: string;
  readonly file: string;
  /** 1-based; absent when the finding is about the file as a whole. */
  readonly at?: Span;
  /** What comes of it, where the message does not say so. */
  readonly why?: string;
  /** What to type instead, or which command to run. */
  readonly fix?: string;
  readonly related?: readonly { readonly message: string; readonly at: Span }[];
}

/** Lines and columns are 1-based and count UTF-16 code units, as editors do. `length` stays within the line. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The whole line, for underlining; long lines are cut by the printer. */
  readonly text: string;
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');
