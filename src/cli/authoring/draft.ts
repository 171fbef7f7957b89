import { dirname, join, relative } from 'node:path';
import { writePrivate } from '../../adapters/private-files.ts';
import { secretsOf } from '../../adapters/secrets.ts';
import { readUntrusted } from '../../adapters/untrusted.ts';
import type { Config } from '../../domain/config.ts';
import type { Diagnostic } from '../../domain/diagnostics.ts';
import type { Prd } from '../../domain/prd.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { backendNames } from '../../source/load-config.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { type Merged, mergeEpics } from '../../source/merge-prd.ts';
import { repairPrd } from '../../source/repair/repair-prd.ts';
import type { Target } from './target.ts';

const LIMIT = 2_000_000;

/** What would become prd.json. */
export interface Draft {
  /** Where it can be looked at. */
  readonly file: string;
  readonly text: string;
  /** Null: it has errors. */
  readonly prd: Prd | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What was mended, for people. */
  readonly repairs: readonly string[];
  /** Ids of its own epics; all of the PRD when it is a new one. */
  readonly epics: readonly string[];
}

export interface DraftSetting {
  readonly cwd: string;
  readonly config: Config;
  /** What `$schema` has to be. */
  readonly schema: string;
  readonly target: Target;
  /** What the project is called when nobody says. */
  readonly project: string;
}

/**
 * What a session has written to `path`, read without trust, mended, and added to the PRD that is there. The file is
 * replaced by what was made of it; as it came it stays beside it. Throws `StorageError`.
 */
export async function readDraft(path: string, setting: DraftSetting): Promise<Outcome<Draft>> {
  const { target, project, schema } = setting;
  const content = await readUntrusted(path, LIMIT);
  if (content === null) {
    return fail({ code: 'draft-missing', what: 'the session ended without a PRD', where: path });
  }
  if ('refused' in content) return fail(refused(path, content.refused));
  const written = secretsOf(setting.config).text(content.text);
  const known = target.into?.epics.map(({ id }) => id) ?? [];
  const repaired = repairPrd(written, { project, schema, known });
  // What JSON says of prose, such as how to quote it, helps neither a person nor an agent.
  if (repaired === null && !/^\s*\[|\{/.test(written)) return fail(noJson(path));
  const repairs = repaired?.repairs ?? [];
  const merged =
    repaired === null || target.into === null ? null : mergeInto(target, target.into, repaired.text);
  const text = merged?.text ?? repaired?.text ?? written;
  if (text !== content.text) {
    await writePrivate(join(dirname(path), 'as-written.json'), written);
    await writePrivate(path, text);
  }
  if (merged !== null && merged.added.length === 0) {
    return fail({
      code: 'nothing-new',
      what: 'the session wrote no epic that is not there yet',
      where: path,
    });
  }
  const { prd, diagnostics } = await loadPrd(path, {
    name: relative(setting.cwd, path),
    backends: backendNames(setting.config),
    lint: true,
  });
  return ok({
    file: path,
    text,
    prd,
    diagnostics,
    repairs: [...repairs, ...(merged === null ? [] : describeMerge(merged))],
    epics: merged?.added ?? prd?.epics.map(({ id }) => id) ?? [],
  });
}

function mergeInto(target: Target, into: Prd, draft: string): Merged | null {
  return mergeEpics(target.before ?? '', into, JSON.parse(draft));
}

const describeMerge = ({ renamed, skipped }: Merged): readonly string[] => [
  ...skipped.map((id) => `${id} is left out, it is there already`),
  ...renamed.map(({ from, to }) => `${from} became ${to}, the id is taken`),
];

const noJson = (where: string): Problem => ({
  code: 'draft-without-json',
  what: 'there is no JSON in the draft',
  where,
  fix: 'write the PRD as one JSON object',
});

const refused = (where: string, why: string): Problem => ({
  code: 'draft-refused',
  what: 'the draft is not read',
  where,
  why,
});
