import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { createConversations } from '../../adapters/agents/conversations.ts';
import { createSessions } from '../../adapters/agents/sessions.ts';
import { replaceEdited } from '../../adapters/edited-file.ts';
import { editorSchema } from '../../adapters/editor-schemas.ts';
import { openGit } from '../../adapters/git/open.ts';
import { makeTeamsFolder } from '../../adapters/layout.ts';
import { excludeTeamsFolder, type Repository } from '../../adapters/repository.ts';
import { storing } from '../../adapters/storage-error.ts';
import type { Config } from '../../domain/config.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { fail, type Outcome, type Problem } from '../../domain/problem.ts';
import { printable } from '../../domain/printable.ts';
import { modelFor } from '../../domain/roles.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { estimateText } from '../../report/estimate.ts';
import { paintFor } from '../../report/paint.ts';
import { backendNames } from '../../source/load-config.ts';
import { openCheckout } from '../authoring/checkout.ts';
import { configFor } from '../authoring/config.ts';
import { describeDraft, nextSteps } from '../authoring/closing.ts';
import { type Draft, type DraftSetting, readDraft } from '../authoring/draft.ts';
import { initPrompt } from '../authoring/init-prompt.ts';
import { copyMaterials } from '../authoring/materials.ts';
import { type Person, personAt } from '../authoring/person.ts';
import { type AuthoringSession, openAuthoring } from '../authoring/session.ts';
import { aloneIn, talk, workAlone } from '../authoring/sitting.ts';
import { chooseTarget, type Target } from '../authoring/target.ts';
import { withLock } from '../drive.ts';
import { estimateFor } from '../estimate.ts';
import { type CommandContext, printProblem } from '../output.ts';

export interface InitOptions extends CommandContext {
  readonly backend?: string;
  readonly from?: readonly string[];
  readonly interactive: boolean;
  readonly merge?: boolean;
  readonly yes?: boolean;
}

/** Writes a PRD together with an agent. */
export async function initCommand(options: InitOptions): Promise<ExitCode> {
  return author({ ...options, person: personAt(options.env, 'teams init') });
}

/** With whoever can be asked. */
type Wish = InitOptions & { readonly person: Person };

async function author(options: Wish): Promise<ExitCode> {
  const opened = await openCheckout(options);
  if (!opened.ok) return refuse(options, opened.error, EXIT.environment);
  const repository = opened.value;
  const { root } = repository;
  const configured = await configFor({ ...options, root });
  if (!configured.ok) return configured.error;
  const config = configured.value;
  const ports = { config, root };
  const agents = options.interactive ? createConversations(ports) : createSessions(ports);
  const unavailable = await agents.unavailable(config.backend);
  if (unavailable !== null) return refuse(options, unavailable, EXIT.environment);
  const target = await chooseTarget({ ...options, root });
  if (!target.ok) return target.error;
  await excludeTeamsFolder(repository);
  const desk = { repository, config, teams: await makeTeamsFolder(root), target: target.value };
  const { id, folder } = await openAuthoring(desk.teams);
  const materials = await copyMaterials(options.from ?? [], options.cwd, folder);
  if (!materials.ok) return refuse(options, materials.error, EXIT.usage);
  const draft = await write(options, desk, { id, folder, materials: materials.value });
  return draft.ok ? store(options, desk, draft.value, { id, folder }) : draft.error;
}

/** What all of it is about. */
interface Desk {
  readonly repository: Repository;
  readonly config: Config;
  readonly teams: string;
  readonly target: Target;
}

interface Paper {
  readonly id: string;
  readonly folder: string;
  readonly materials: readonly string[];
}

/** Sessions until there is a draft that the person wants, or they give up. */
async function write(options: Wish, desk: Desk, paper: Paper): Promise<Outcome<Draft, ExitCode>> {
  const { repository, config, teams, target } = desk;
  const { root, head } = repository;
  const path = join(paper.folder, 'prd.json');
  const setting: DraftSetting = {
    cwd: options.cwd,
    backends: backendNames(config),
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
    const draft = await readDraft(path, setting);
    if (draft.ok && draft.value.prd !== null) {
      const answer = await judge(options, desk, draft.value);
      if (answer !== 'again') return answer === 'take' ? draft : keep(options, path, EXIT.interrupted);
      problems = `${findings(draft.value)}The person has looked at it and wants to change something: ask what.`;
      continue;
    }
    problems = draft.ok
      ? findings(draft.value)
      : `${draft.error.what}${draft.error.why === undefined ? '' : `: ${draft.error.why}`}\n`;
    if (draft.ok) options.stderr(renderDiagnostics(draft.value.diagnostics, { color: options.color }));
    else printProblem(options, draft.error);
    if (interrupted) return keep(options, path, EXIT.interrupted);
    const again = options.interactive ? await wantsBack(options) : round === 1;
    if (!again) return keep(options, path, EXIT.notPassed);
  }
}

const findings = ({ diagnostics }: Draft): string => renderDiagnostics(diagnostics, { color: false });

function sessionFor(
  options: Wish,
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
async function judge(options: Wish, desk: Desk, draft: Draft): Promise<'take' | 'again' | 'leave'> {
  if (draft.diagnostics.length > 0) {
    options.stderr(renderDiagnostics(draft.diagnostics, { color: options.color }));
  }
  if (draft.prd !== null) {
    const paint = paintFor(options.color);
    options.stdout(describeDraft(draft, draft.prd, paint));
    const open = draft.prd.epics.filter(({ status }) => status !== 'completed');
    const estimate = await estimateFor(desk, open);
    if (estimate !== null) options.stdout(`\n${estimateText(estimate, paint)}`);
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

const wantsBack = async ({ person }: Wish): Promise<boolean> =>
  person.canBeAsked && (await (await person.ask()).confirm('Go back to the conversation?')) === true;

async function store(
  options: Wish,
  { target, teams }: Desk,
  draft: Draft,
  { id, folder }: Pick<Paper, 'id' | 'folder'>,
): Promise<ExitCode> {
  const code = await withLock(options, teams, id, async () => {
    if (target.before !== null && target.into === null) {
      const aside = join(folder, 'replaced.json');
      await storing(aside, () => writeFile(aside, target.before ?? '', { mode: 0o600 }));
      options.stderr(`the ${target.name} that was there is kept in ${relative(options.cwd, aside)}\n`);
    }
    const { path, before } = target;
    const fix = 'teams init --merge adds epics to what is there now';
    const stored = await replaceEdited({ path, before, kind: 'prd', fix }, draft.text);
    return stored.ok ? EXIT.passed : refuse(options, stored.error, EXIT.environment);
  });
  if (code !== EXIT.passed) return keep(options, draft.file, code).error;
  options.stdout(nextSteps(target.name, draft, paintFor(options.color)));
  if (!options.interactive || options.yes === true || !options.person.canBeAsked) return EXIT.passed;
  if ((await (await options.person.ask()).confirm('Plan the epics now?')) !== true) return EXIT.passed;
  const { planCommand } = await import('./plan.ts');
  return planCommand({ ...options, epics: draft.epics });
}

/** Nothing that was written is lost. */
function keep(options: Wish, path: string, code: ExitCode): { readonly ok: false; readonly error: ExitCode } {
  if (existsSync(path)) {
    const draft = printable(relative(options.cwd, path));
    options.stderr(`nothing is written; the draft is kept in ${draft} (teams validate ${draft})\n`);
  }
  return fail(code);
}

function refuse(options: Wish, problem: Problem, code: ExitCode): ExitCode {
  printProblem(options, problem);
  return code;
}
