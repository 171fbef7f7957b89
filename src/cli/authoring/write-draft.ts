import { basename, join, relative } from 'node:path';
import { isThere } from '../../adapters/there.ts';
import { editorSchema } from '../../adapters/editor-schemas.ts';
import { openGit } from '../../adapters/git/open.ts';
import type { Repository } from '../../adapters/repository.ts';
import type { Config } from '../../domain/config.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { fail, type Outcome } from '../../domain/problem.ts';
import { printable } from '../../domain/printable.ts';
import { modelFor } from '../../domain/roles.ts';
import { shellPath } from '../../domain/shell-word.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { estimateText } from '../../report/estimate.ts';
import { paintFor } from '../../report/paint.ts';
import { estimateFor } from '../estimate.ts';
import { columnsOf, type CommandContext, printProblem, lookOf } from '../output.ts';
import { describeDraft } from './closing.ts';
import { type Draft, readDraft } from './draft.ts';
import { initPrompt } from './init-prompt.ts';
import type { Person } from './person.ts';
import type { AuthoringSession } from './session.ts';
import { aloneIn, talk, workAlone } from './sitting.ts';
import type { Target } from './target.ts';

export interface WritingWish extends CommandContext {
  /** A person talks to the agent. */
  readonly interactive: boolean;
  readonly yes?: boolean | undefined;
  readonly person: Person;
}

/** What all of it is about. */
export interface Desk {
  readonly repository: Repository;
  readonly config: Config;
  readonly teams: string;
  readonly target: Target;
}

export interface Paper {
  readonly id: string;
  readonly folder: string;
  readonly materials: readonly string[];
}

/** Sessions until there is a draft that the person wants, or they give up. */
export async function writeDraft(
  options: WritingWish,
  desk: Desk,
  paper: Paper,
): Promise<Outcome<Draft, ExitCode>> {
  const { repository, config, teams, target } = desk;
  const { root, head } = repository;
  const path = join(paper.folder, 'prd.json');
  const setting = {
    cwd: options.cwd,
    config,
    schema: await editorSchema(root, 'prd', target.path),
    target,
    project: basename(root),
  };
  let problems: string | null = null;
  for (let round = 1; ; round += 1) {
    const session = sessionFor(options, desk, paper, problems);
    let interrupted = false;
    if (options.interactive) {
      const talked = await talk(options, { config, root }, session);
      if (!talked.ok) return keep(options, path, talked.error);
      ({ interrupted } = talked.value);
    } else {
      const code = await workAlone(
        options,
        { git: openGit(root, paper.id), config, root, teams, head },
        session,
      );
      if (code !== EXIT.passed) return keep(options, path, code);
    }
    // Ctrl-C takes back the yes that was given beforehand.
    if (interrupted && options.yes === true) return keep(options, path, EXIT.interrupted);
    const draft = await readDraft(path, setting);
    if (draft.ok && draft.value.prd !== null) {
      const answer = await judge(options, desk, draft.value);
      if (answer !== 'again') return answer === 'take' ? draft : keep(options, path, EXIT.interrupted);
      problems = `${findings(draft.value)}The person has looked at it and wants to change something: ask what.`;
      continue;
    }
    problems = draft.ok
      ? findings(draft.value)
      : `${[draft.error.what, draft.error.why ?? draft.error.fix].filter((part) => part !== undefined).join(': ')}\n`;
    if (draft.ok) options.stderr(renderDiagnostics(draft.value.diagnostics, lookOf(options)));
    else printProblem(options, draft.error);
    if (interrupted) return keep(options, path, EXIT.interrupted);
    const again = options.interactive ? await wantsBack(options) : round === 1;
    if (!again) return keep(options, path, EXIT.notPassed);
  }
}

const findings = ({ diagnostics }: Draft): string => renderDiagnostics(diagnostics, { color: false });

function sessionFor(
  options: WritingWish,
  { config, target, repository, teams }: Desk,
  { id, folder, materials }: Paper,
  problems: string | null,
): AuthoringSession {
  return {
    role: 'author',
    id,
    epicId: null,
    folder,
    backend: config.backend,
    model: modelFor({ role: 'author', model: 'large' }, config.models),
    models: config.models,
    prompt: initPrompt({
      worktree: options.interactive ? repository.root : aloneIn(teams, id),
      result: join(folder, 'prd.json'),
      interactive: options.interactive,
      mergeInto: target.into === null ? null : target.path,
      materials,
      problems,
    }),
    input: { materials, problems },
    prdFile: target.path,
    resultName: 'prd.json',
  };
}

/** Shows a draft that can be used. Where nobody can be asked, it is taken. */
async function judge(options: WritingWish, desk: Desk, draft: Draft): Promise<'take' | 'again' | 'leave'> {
  if (draft.diagnostics.length > 0) {
    options.stderr(renderDiagnostics(draft.diagnostics, lookOf(options)));
  }
  if (draft.prd !== null) {
    const paint = paintFor(options.color);
    options.stdout(describeDraft(draft, draft.prd, paint, columnsOf(options)));
    const open = draft.prd.epics.filter(({ status }) => status !== 'completed');
    const estimate = await estimateFor(desk, open);
    if (estimate !== null) options.stdout(`\n${estimateText(estimate, paint, columnsOf(options))}`);
  }
  if (!options.interactive || options.yes === true || !options.person.canBeAsked) return 'take';
  const choices = [
    { value: 'take', label: 'yes' },
    { value: 'again', label: 'back to the conversation' },
    { value: 'leave', label: 'no', hint: 'the draft is kept' },
  ] as const;
  const ask = await options.person.ask();
  return (await ask.choose<'take' | 'again' | 'leave'>('Write it to prd.json?', choices, 'take')) ?? 'leave';
}

const wantsBack = async ({ person }: WritingWish): Promise<boolean> =>
  person.canBeAsked && (await (await person.ask()).confirm('Go back to the conversation?')) === true;

/** Nothing that was written is lost. */
export function keep(
  options: WritingWish,
  path: string,
  code: ExitCode,
): { readonly ok: false; readonly error: ExitCode } {
  if (isThere(path)) {
    const draft = relative(options.cwd, path);
    const look = `teams validate ${shellPath(draft)}`;
    options.stderr(`nothing is written; the draft is kept in ${printable(draft)} (${look})\n`);
  }
  return fail(code);
}
