import { join, relative } from 'node:path';
import { loadState } from '../../adapters/journal/state.ts';
import { listRuns, runFolder, teamsFolder } from '../../adapters/layout.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Problem } from '../../domain/problem.ts';
import { isResumable, type RunState } from '../../domain/state.ts';
import { isTask } from '../../domain/task.ts';
import { nextForRun, runAgain, whyNotInRun, whyUnfinished } from '../../domain/why.ts';
import { paintFor } from '../../report/paint.ts';
import { type PrdEpic, prdStatusText, statusText, type StatusView } from '../../report/status.ts';
import { prdStatusJson, statusJson } from '../../report/status-json.ts';
import { glancePrd, type PrdGlance } from '../glance-prd.ts';
import { chosenRun, type LatestRun, pidAtWork } from '../latest-run.ts';
import { columnsOf, type CommandContext, refuse } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';
import { isThere } from '../../adapters/there.ts';
import { whereWorkIs } from '../where-work-is.ts';

export interface StatusOptions extends CommandContext {
  readonly json?: boolean | undefined;
  /** One reason and one next command per unfinished epic. */
  readonly why?: boolean | undefined;
  /** Id of a run; absent: the latest. */
  readonly run?: string | undefined;
}

export async function statusCommand(options: StatusOptions): Promise<ExitCode> {
  const root = await findRepository(options.cwd);
  if (!root.ok) return refuse(options, root.error, EXIT.environment);
  const chosen = await chosenRun(root.value, options.run);
  if (!chosen.ok) return refuse(options, chosen.error, EXIT.usage);
  const run = chosen.value;
  if (run !== null) {
    // Asked before the state is read: a run that ends in between shows as ended, not as cut off.
    const pid = await pidAtWork(run);
    const loaded = await loadState(run.folder);
    if (!loaded.ok) return refuse(options, loaded.error, EXIT.environment);
    // A run that was cut off before its first event has nothing to show: the PRD has.
    if (loaded.value !== null) {
      const view = await viewOf(options, root.value, run, loaded.value.state, pid);
      options.stdout(
        options.json === true
          ? `${JSON.stringify(statusJson(view))}\n`
          : statusText(view, paintFor(options.color), columnsOf(options)),
      );
      return EXIT.passed;
    }
  }
  const prdFile = join(root.value, 'prd.json');
  const prd = await glancePrd(prdFile);
  if (prd === null) return refuse(options, nothingToShow(root.value, isThere(prdFile)), EXIT.usage);
  const why = options.why === true ? whyNotInRun(prd.epics, prd.epics.filter(isOpen), 'teams run') : null;
  const view = { ...prd, why, plans: await plansOf(root.value, prd) };
  options.stdout(
    options.json === true
      ? `${JSON.stringify(prdStatusJson(view))}\n`
      : prdStatusText(view, paintFor(options.color), columnsOf(options)),
  );
  return EXIT.passed;
}

function nothingToShow(root: string, hasPrd: boolean): Problem {
  const code = 'nothing-to-show';
  const noRun = 'there has been no run here yet, and';
  return hasPrd
    ? { code, what: `${noRun} prd.json cannot be read`, where: root, fix: 'teams validate' }
    : {
        code,
        what: `${noRun} there is no prd.json`,
        where: root,
        fix: 'teams init   (or, from a plan that you have: teams import FILE)',
      };
}

async function viewOf(
  options: StatusOptions,
  root: string,
  run: LatestRun,
  state: StatusView['state'],
  pid: number | null,
): Promise<StatusView> {
  const prd = await glancePrd(join(root, state.started.prd));
  const inRun = new Set(state.epics.map((epic) => epic.plan.id));
  const others = (prd?.epics ?? []).filter((epic) => isOpen(epic) && !inRun.has(epic.id));
  // A run that is at work or was cut off comes first: a new one would be refused, or take its place.
  const next = pid !== null || isResumable(state) ? nextForRun(state, pid !== null) : null;
  // A command that names no run is about the latest.
  const isLatest = run.runId === (await listRuns(run.teams)).at(-1);
  const ofRun = isLatest ? '' : ` --run ${run.runId}`;
  const why =
    options.why === true
      ? [
          ...whyUnfinished(state, pid !== null).map((entry) =>
            entry.next.startsWith('teams logs') ? { ...entry, next: entry.next + ofRun } : entry,
          ),
          ...whyNotInRun(prd?.epics ?? [], others, next ?? runAgain(state)),
        ]
      : null;
  const cutOff = isTask(state) ? await cutOffBefore(run) : null;
  const plans = await plansOf(root, prd);
  const folder = relative(options.cwd, run.folder);
  const where = pid === null ? await whereWorkIs(root, state) : null;
  const askWhy = `teams status --why${ofRun}`;
  return { state, where, pid, folder, others, cutOff, plans, why, askWhy, now: Date.now() };
}

/** How the plans of open epics stand. What it takes to know is loaded only where epics are called planned. */
async function plansOf(root: string, prd: PrdGlance | null): Promise<StatusView['plans']> {
  if (prd === null || prd.planned.length === 0) return new Map();
  const { planStandings } = await import('../take-plans.ts');
  return planStandings(teamsFolder(root), prd.planned);
}

/** The run before a task and before the tasks before that, if it can still be gone on with. */
async function cutOffBefore({ teams, runId }: LatestRun): Promise<RunState | null> {
  for (const id of (await listRuns(teams)).toReversed()) {
    if (id >= runId) continue;
    const loaded = await loadState(runFolder(teams, id));
    const state = loaded.ok ? (loaded.value?.state ?? null) : null;
    if (state !== null && !isTask(state)) return isResumable(state) ? state : null;
  }
  return null;
}

const isOpen = (epic: PrdEpic): boolean => epic.status !== 'completed';
