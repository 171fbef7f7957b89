import { relative } from 'node:path';
import { readUntrusted } from '../../adapters/untrusted.ts';
import type { Diagnostic } from '../../domain/diagnostics.ts';
import type { Prd } from '../../domain/prd.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { loadPrd } from '../../source/load-prd.ts';

const LIMIT = 2_000_000;

export interface Draft {
  readonly text: string;
  /** Null: it has errors. */
  readonly prd: Prd | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a session has written, read without trust. */
export async function readDraft(
  path: string,
  { cwd, backends }: { readonly cwd: string; readonly backends: readonly string[] },
): Promise<Outcome<Draft>> {
  const content = await readUntrusted(path, LIMIT);
  if (content === null) return fail(missing(path));
  if ('refused' in content) {
    return fail({ code: 'draft-refused', what: 'the draft is not read', where: path, why: content.refused });
  }
  const { prd, diagnostics } = await loadPrd(path, { name: relative(cwd, path), backends });
  return ok({ text: content.text, prd, diagnostics });
}

const missing = (path: string): Problem => ({
  code: 'draft-missing',
  what: 'the session ended without a PRD',
  where: path,
});
