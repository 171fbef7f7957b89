import { basename } from 'node:path';
import type { Diagnostic } from '../domain/diagnostics.ts';
import { type Prd, prdSchema } from '../domain/prd.ts';
import { Findings } from './findings.ts';
import { parseJson } from './json.ts';
import { checkApproval } from './prd-approval.ts';
import { checkIds } from './prd-ids.ts';
import { checkKeys } from './prd-keys.ts';
import { checkReferences } from './prd-references.ts';
import { checkShape } from './prd-shape.ts';
import { readText, type SourceText } from './text.ts';

export interface LoadedPrd {
  /** Errors and warnings, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Null exactly when a diagnostic is an error. */
  readonly prd: Prd | null;
  /** The file as read, without byte order mark; null when it could not be read. */
  readonly text: string | null;
}

export interface PrdOptions {
  /** The name of the file that people see. */
  readonly name?: string;
  /** Names that an epic's `backend` may have; absent: not checked. */
  readonly backends?: readonly string[];
  /** Whether what keeps `teams run` from taking up an open epic is an error, too. */
  readonly toRun?: boolean;
  /** Whether to look for what makes runs of a valid PRD fail, too. */
  readonly lint?: boolean;
}

/** Reads a PRD and reports everything that is wrong with it in one pass. Never throws on what is in the file. */
export async function loadPrd(path: string, options: PrdOptions = {}): Promise<LoadedPrd> {
  const read = await readText(path, options.name ?? path);
  if (!read.ok) return { diagnostics: [unread(path, read.error)], prd: null, text: null };
  return checkPrd(read.value, options);
}

/** Where it is looked for when nobody gives a path, a missing one is none that was mistyped. */
const unread = (path: string, error: Diagnostic): Diagnostic =>
  error.code === 'file-not-found' && basename(path) === 'prd.json'
    ? { ...error, fix: 'teams init   (or, from a plan that you have: teams import FILE)' }
    : error;

/** Everything that is wrong with the text of a PRD. */
export async function checkPrd(source: SourceText, options: PrdOptions = {}): Promise<LoadedPrd> {
  const { text } = source;
  const findings = new Findings(source);
  const parsed = parseJson(text);
  findings.addSyntax(parsed.findings);
  const { root } = parsed;
  if (root === null) return { diagnostics: findings.diagnostics(), prd: null, text };

  const misspelt = checkKeys(root, findings);
  const result = prdSchema.safeParse(root.value);
  if (!result.success) checkShape(root, result.error.issues, misspelt, findings);
  checkIds(root, findings);
  checkReferences(root, findings, options.backends);
  if (options.toRun === true) checkApproval(root, findings);
  const prd = result.success && !findings.hasErrors ? result.data : null;
  if (prd !== null && options.lint === true) {
    const { addLint } = await import('./lint-prd.ts');
    addLint(root, prd, text, findings);
  }
  return { diagnostics: findings.diagnostics(), prd, text };
}
