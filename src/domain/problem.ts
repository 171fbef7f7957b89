/**
 * Expected failures are values. A `Problem` says what is wrong, where, why it matters and which command
 * or edit mends it; `throw` is left for bugs of our own.
 */
export interface Problem {
  /** Machine-readable reason, stable across releases. */
  readonly code: string;
  readonly what: string;
  readonly where?: string;
  readonly why?: string;
  /** The command or edit that mends it. */
  readonly fix?: string;
}

export type Outcome<T, E = Problem> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const fail = <E>(error: E): { ok: false; error: E } => ({ ok: false, error });

/** The text a person sees for a problem, without colours. */
export function describeProblem(problem: Problem): string {
  const lines = [`error: ${problem.what}`];
  if (problem.where !== undefined) lines.push(`  where: ${problem.where}`);
  if (problem.why !== undefined) lines.push(`  why:   ${problem.why.replaceAll('\n', '\n         ')}`);
  if (problem.fix !== undefined) lines.push(`  fix:   ${problem.fix}`);
  return lines.join('\n');
}
