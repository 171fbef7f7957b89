import { join, relative } from 'node:path';
import { replaceEdited } from '../../adapters/edited-file.ts';
import { writePrivate } from '../../adapters/private-files.ts';
import { hasErrors } from '../../domain/diagnostics.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Prd } from '../../domain/prd.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { readText } from '../../source/text.ts';
import { type CommandContext, refuse, lookOf } from '../output.ts';
import type { Person } from './person.ts';

/** Where a new PRD goes, and what becomes of the one that is there. */
export interface Target {
  readonly path: string;
  /** As a person calls it. */
  readonly name: string;
  /** The text that is there, byte order mark included; null: none. Whoever finds another one later writes nothing. */
  readonly before: string | null;
  /** What new epics are added to; null: a new PRD. */
  readonly into: Prd | null;
}

export interface TargetWish extends CommandContext {
  readonly root: string;
  readonly person: Person;
  /** `never`: what is written stands by itself. */
  readonly merge?: boolean | 'never' | undefined;
  readonly yes?: boolean | undefined;
}

/** Asks where it has to; a refusal is said on stderr. */
export async function chooseTarget(wish: TargetWish): Promise<Outcome<Target, ExitCode>> {
  const path = join(wish.root, 'prd.json');
  const name = relative(wish.cwd, path);
  const read = await readText(path, name);
  if (!read.ok && read.error.code === 'file-not-found') return ok({ path, name, before: null, into: null });
  if (!read.ok) {
    wish.stderr(renderDiagnostics([read.error], lookOf(wish)));
    return fail(EXIT.usage);
  }
  const before = (read.value.bom ? '\ufeff' : '') + read.value.text;
  const how = wish.merge === true ? 'merge' : wish.yes === true ? 'replace' : await askHow(wish, name);
  if (how === 'replace') return ok({ path, name, before, into: null });
  if (how === 'leave') return fail(EXIT.interrupted);
  if (how === 'refuse') {
    const problem = {
      code: 'prd-exists',
      what: `${name} exists, and nothing is written over it without a yes`,
      fix: `${wish.merge === 'never' ? '' : 'teams init --merge adds new epics to it; '}--yes replaces it`,
    };
    return fail(refuse(wish, problem, EXIT.usage));
  }
  const { prd, diagnostics } = await loadPrd(path, { name });
  if (diagnostics.length > 0) wish.stderr(renderDiagnostics(diagnostics, lookOf(wish)));
  return prd === null || hasErrors(diagnostics) ? fail(EXIT.usage) : ok({ path, name, before, into: prd });
}

async function askHow(wish: TargetWish, name: string): Promise<'merge' | 'replace' | 'leave' | 'refuse'> {
  if (!wish.person.canBeAsked) return 'refuse';
  const ask = await wish.person.ask();
  const merge = { value: 'merge', label: 'add new epics to it' } as const;
  const choices = [
    ...(wish.merge === 'never' ? [] : [merge]),
    { value: 'replace', label: 'write a new one in its place', hint: 'the old one is kept aside' },
    { value: 'leave', label: 'leave it as it is' },
  ] as const;
  const first = wish.merge === 'never' ? 'leave' : 'merge';
  return (
    (await ask.choose<'merge' | 'replace' | 'leave'>(`There is a ${name} already.`, choices, first)) ??
    'leave'
  );
}

/** Writes the PRD; one that it takes the place of is kept in `folder`. The lock of the repository has to be held. */
export async function storePrd(
  context: CommandContext,
  { path, name, before, into }: Target,
  text: string,
  folder: string,
): Promise<ExitCode> {
  if (before !== null && into === null) {
    const aside = join(folder, 'replaced.json');
    await writePrivate(aside, before);
    context.stderr(`the ${name} that was there is kept in ${relative(context.cwd, aside)}\n`);
  }
  const fix = 'look at it, then do it again';
  const stored = await replaceEdited({ path, before, kind: 'prd', fix }, text);
  if (stored.ok) return EXIT.passed;
  return refuse(context, stored.error, EXIT.environment);
}
