import type { Diagnostic } from '../../domain/diagnostics.ts';
import type { Prd } from '../../domain/prd.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { Findings } from '../../source/findings.ts';
import { assemble, type Plan } from '../../source/import/assemble.ts';
import type { Draft } from '../../source/import/draft.ts';
import type { ImportFormat } from '../../source/import/formats.ts';
import { movedFrom } from '../../source/import/moved.ts';
import { readImport } from '../../source/import/import.ts';
import { changedStories, mergePrd, newPrd } from '../../source/import/write.ts';
import { checkPrd } from '../../source/load-prd.ts';
import { SourceText } from '../../source/text.ts';

export interface ImportResult {
  readonly format: ImportFormat;
  readonly draft: Draft;
  readonly plan: Plan;
  /** The PRD as it is going to be. */
  readonly text: string;
  readonly changed: ReturnType<typeof changedStories>;
  /** Stories that came from this file and are no longer in it. */
  readonly gone: readonly string[];
}

export interface ImportRequest {
  readonly source: SourceText;
  readonly format: ImportFormat | undefined;
  /** The file as `source` of epics and stories names it; the format is known by then. */
  readonly originOf: (format: ImportFormat) => string;
  /** The PRD to merge into. */
  readonly target: { readonly prd: Prd; readonly text: string } | null;
  readonly schema: string;
  /** When the source does not name it. */
  readonly project: string;
}

/** Everything but reading and writing: the text of a valid PRD, or what is wrong with the source. */
export async function prepareImport(
  request: ImportRequest,
): Promise<Outcome<ImportResult, readonly Diagnostic[]>> {
  const { source, target, schema } = request;
  const findings = new Findings(source);
  const imported = readImport(source, request.format, findings);
  if (imported === null) return fail(findings.diagnostics());
  const { draft, format } = imported;
  const origin = request.originOf(format);
  const assembled = assemble(draft, origin, target?.prd ?? null, findings);
  if (findings.hasErrors) return fail(findings.diagnostics());
  const moved = target === null ? null : movedFrom(target.prd, assembled, origin);
  const plan = moved === null ? assembled : { ...assembled, guesses: [moved, ...assembled.guesses] };
  const head = { schema, project: draft.project?.trim() || request.project, description: draft.description };
  const text = target === null ? newPrd(plan, head) : mergePrd(target.text, target.prd, plan, schema);
  const checked = await checkPrd(new SourceText('prd.json, as it would be', text));
  if (checked.prd === null) return fail(checked.diagnostics);
  return ok({
    format,
    draft,
    plan,
    text,
    changed: target === null ? [] : changedStories(target.prd, plan),
    gone: target === null ? [] : goneFrom(target.prd, plan, origin),
  });
}

const goneFrom = (prd: Prd, { kept }: Plan, origin: string): readonly string[] =>
  prd.epics.flatMap((epic) =>
    epic.userStories
      .filter(({ id, source }) => source?.startsWith(`${origin}#`) === true && !kept.has(`${epic.id} ${id}`))
      .map((story) => `${epic.id} ${story.id} ${story.title}`),
  );
