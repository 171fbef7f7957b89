import { join, relative } from 'node:path';
import pLimit from 'p-limit';
import { clearLeft, openAuthoring } from '../../adapters/authoring-place.ts';
import { createConversations } from '../../adapters/agents/conversations.ts';
import { createSessions } from '../../adapters/agents/sessions.ts';
import { openGit } from '../../adapters/git/open.ts';
import { loadRuns } from '../../adapters/journal/runs.ts';
import { planFile, storePlan } from '../../adapters/plans.ts';
import { markPlanned } from '../../adapters/prd-file.ts';
import { readPrompts } from '../../adapters/prompt-files.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Epic } from '../../domain/prd.ts';
import type { Outcome, Problem } from '../../domain/problem.ts';
import { runsBefore } from '../../domain/task.ts';
import { planHash } from '../../engine/agreed-plan.ts';
import { findStart } from '../../engine/find-start.ts';
import type { Git } from '../../engine/ports.ts';
import { type Person, personAt } from '../authoring/person.ts';
import { prepareSession, stopOnSignals } from '../authoring/session.ts';
import { resolveBase } from '../base.ts';
import { planStandings } from '../take-plans.ts';
import { type CommandContext, printProblem, refuse } from '../output.ts';
import type { Project } from '../project.ts';
import { agreeTo } from './agree.ts';
import { type Narrator, narratorOf } from './narrator.ts';
import { planAlone } from './plan-alone.ts';
import { copyPrd, planIn, type Planning, planningBackend, planSession } from './session.ts';

export interface PlanningOptions extends CommandContext {
  /** `--non-interactive`: nobody talks to the sessions. */
  readonly interactive?: boolean;
  /** Every plan is agreed to. */
  readonly yes?: boolean;
}

export interface Planned {
  readonly code: ExitCode;
  /** Epics with a plan that was agreed to and is stored. */
  readonly agreed: readonly string[];
}

/** Plans epics, and stores what the person agrees to. The lock of the repository has to be held. */
export async function planEpics(
  options: PlanningOptions,
  project: Project,
  epics: readonly Epic[],
): Promise<Planned> {
  const absent = await unavailableBackend(options, project, epics);
  if (absent !== null) return { code: refuse(options, absent, EXIT.environment), agreed: [] };
  const { id, folder } = await openAuthoring(project.teams);
  const git = openGit(project.root, id);
  await clearLeft(git, project.teams);
  const start = await startOf(git, project);
  if (!start.ok) return { code: refuse(options, start.error, EXIT.usage), agreed: [] };
  const { config, prd } = project;
  const planning = { id, folder, config, prd, prompts: readPrompts(), base: start.value.commit };
  await copyPrd(planning);
  const keeper = new Keeper(project, narratorOf(options, epics));
  const person = personAt(options.env, 'teams plan');
  const work = { options, project, git, planning, keeper, person };
  const code =
    options.interactive === false ? await planByThemselves(work, epics) : await planTogether(work, epics);
  for (const problem of keeper.problems) printProblem(options, problem);
  return { code: keeper.problems.length > 0 ? EXIT.environment : code, agreed: keeper.agreed };
}

interface Work {
  readonly options: PlanningOptions;
  readonly project: Project;
  readonly git: Git;
  readonly planning: Planning;
  readonly keeper: Keeper;
  readonly person: Person;
}

async function planByThemselves(work: Work, epics: readonly Epic[]): Promise<ExitCode> {
  const { options, keeper, planning } = work;
  const plans = new Map<string, string>();
  let failed = false;
  const { stop, unwatch } = stopOnSignals(options, planning.id);
  stop.addEventListener('abort', () =>
    options.stderr('stopping: sessions are asked to end; Ctrl-C again ends them at once\n'),
  );
  try {
    await planAlone({ ...work, narrator: keeper.narrator, stop }, epics, async (epic, end) => {
      if (!('plan' in end)) failed = true;
      else if (options.yes === true) await keeper.keep(epic, end.plan);
      else plans.set(epic.id, end.plan);
    });
  } finally {
    unwatch();
  }
  if (stop.aborted) return EXIT.interrupted;
  // Once all is quiet: nothing is printed into a question.
  for (const epic of epics) {
    const plan = plans.get(epic.id);
    if (plan !== undefined && (await offer(work, epic, plan)) === 'left') return EXIT.interrupted;
  }
  return failed ? EXIT.notPassed : EXIT.passed;
}

/** One conversation after another, each about what the ones before it left. */
async function planTogether(work: Work, epics: readonly Epic[]): Promise<ExitCode> {
  const { options, project, planning, keeper, person } = work;
  const { config, root } = project;
  let failed = false;
  for (const [index, epic] of epics.entries()) {
    const session = planSession(planning, epic, { worktree: root, interactive: true });
    const request = await prepareSession(session, root);
    const opening = `Read ${relative(root, request.promptFile)} and do what it says.`;
    const end = await createConversations({ config, root }).run(request, opening);
    if (end.stopped) return EXIT.interrupted;
    const plan = end.failure === null ? await planIn(planning, session) : { failed: end.failure };
    if ('failed' in plan) {
      failed = true;
      keeper.narrator.say(epic.id, `not planned: ${plan.failed}`, 'bad');
      // Who has left a conversation may not want the next one.
      const next = epics[index + 1];
      if (next === undefined) continue;
      const goesOn = await (await person.ask()).confirm(`Go on with ${next.id}?`);
      if (goesOn !== true) return goesOn === null ? EXIT.interrupted : EXIT.notPassed;
    } else if (options.yes === true) await keeper.keep(epic, plan.plan);
    else if ((await offer(work, epic, plan.plan)) === 'left') return EXIT.interrupted;
  }
  return failed ? EXIT.notPassed : EXIT.passed;
}

async function offer(
  { options, project, planning, keeper, person }: Work,
  epic: Epic,
  plan: string,
): Promise<'done' | 'left'> {
  const file = join(planning.folder, 'epics', epic.id, 'plan.md');
  const answer = await agreeTo(options, await person.ask(), { epic, plan, file });
  if (answer === 'left') return 'left';
  if (answer === 'no') {
    const before = (await planStandings(project.teams, [epic])).get(epic.id);
    const stays = before === 'agreed' ? 'the plan agreed to before stays' : 'nothing is stored';
    keeper.narrator.say(epic.id, `not agreed: ${stays}`);
  } else await keeper.keep(epic, answer.agreed);
  return 'done';
}

/** Stores plans that were agreed to, one at a time. */
class Keeper {
  readonly agreed: string[] = [];
  readonly problems: Problem[] = [];
  readonly narrator: Narrator;
  readonly #project: Project;
  readonly #one = pLimit(1);

  constructor(project: Project, narrator: Narrator) {
    this.#project = project;
    this.narrator = narrator;
  }

  keep(epic: Epic, text: string): Promise<void> {
    const { teams, prdFile } = this.#project;
    return this.#one(async () => {
      // First the plan: without it "planned" would be wrong, and a plan that nothing calls planned does no harm.
      await storePlan(teams, { epicId: epic.id, hash: planHash(epic), text });
      const marked = await markPlanned(prdFile, teams, [epic.id]);
      if (!marked.ok) {
        this.problems.push(marked.error);
        return;
      }
      this.agreed.push(epic.id);
      this.narrator.say(epic.id, `agreed, and stored in ${this.narrator.toPath(planFile(teams, epic.id))}`);
    });
  }
}

/** Every backend that is needed is asked before anything is started. */
async function unavailableBackend(
  { interactive }: PlanningOptions,
  { config, root }: Project,
  epics: readonly Epic[],
): Promise<Problem | null> {
  const ports = { config, root };
  const agents = interactive === false ? createSessions(ports) : createConversations(ports);
  for (const name of new Set(epics.map((epic) => planningBackend(epic, config)))) {
    const problem = await agents.unavailable(name);
    if (problem !== null) return problem;
  }
  return null;
}

/** Plans are made on what a run would start from: it has the work of every completed epic. */
async function startOf(git: Git, project: Project): Promise<Outcome<{ readonly commit: string }>> {
  const base = await resolveBase(git, project);
  if (!base.ok) return base;
  const earlier = await loadRuns(project.teams);
  if (!earlier.ok) return earlier;
  return findStart(git, {
    prd: project.prd,
    base: base.value,
    earlier: runsBefore(earlier.value, project.prdPath),
  });
}
