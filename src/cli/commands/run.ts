import { clearLeft } from '../../adapters/authoring-place.ts';
import { openGit } from '../../adapters/git/open.ts';
import { loadRuns } from '../../adapters/journal/runs.ts';
import { newRunId, runFolder } from '../../adapters/layout.ts';
import { makePrivateFolder } from '../../adapters/private-files.ts';
import { isSparse } from '../../adapters/repository.ts';
import { planRemarks } from '../../domain/agreed-plan.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { printable } from '../../domain/printable.ts';
import { selectEpics } from '../../domain/scope.ts';
import { isResumable } from '../../domain/state.ts';
import { nameOf, runsBefore } from '../../domain/task.ts';
import { unknownEpic } from '../../domain/unknown-epic.ts';
import { beginRun } from '../../engine/begin.ts';
import { planRun } from '../../engine/plan-run.ts';
import { isProven } from '../../domain/whereabouts.ts';
import { paintFor } from '../../report/paint.ts';
import { plural } from '../../report/words.ts';
import { planText, wavesOf } from '../../report/plan.ts';
import { hanging } from '../../report/width.ts';
import { estimateJson, estimateText } from '../../report/estimate.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { missingBackends } from '../backends.ts';
import { resolveRunBase, runBase } from '../base.ts';
import { type Compose, composePorts, openRun } from '../compose.ts';
import { estimateFor } from '../estimate.ts';
import { driveToEnd, reporterFor, withLock } from '../drive.ts';
import { landEarlier } from '../land-earlier.ts';
import { nothingLeft, orLand } from '../nothing-left.ts';
import { lostRuns } from '../lost-runs.ts';
import { columnsOf, type CommandContext, refuse } from '../output.ts';
import { openProject, type Project } from '../project.ts';
import { endWhatIsLeft, supersede } from '../supersede.ts';
import { planStandings, takePlans } from '../take-plans.ts';

export interface RunOptions extends CommandContext {
  readonly prd?: string | undefined;
  readonly parallel?: number;
  readonly backend?: string;
  readonly base?: string;
  readonly only?: readonly string[];
  readonly maxEpics?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly includeDirty?: boolean;
  readonly failFast?: boolean;
  readonly land?: 'merge' | 'leave';
  /** The repository goes away with the run. */
  readonly temporary?: boolean;
  /** Absent: a new one. */
  readonly runId?: string;
}

/** `compose` is handed in so that a fault can be put between the engine and the real adapters. */
export async function runCommand(options: RunOptions, compose: Compose = composePorts): Promise<ExitCode> {
  const { parallel, backend, base, land } = options;
  const opened = await openProject({ ...options, flags: { parallel, backend, base, land } });
  if (!opened.ok) return opened.error;
  const project = opened.value;
  if (options.dryRun === true) return dryRun(options, project);
  const { runId = newRunId(new Date()) } = options;
  let toLand: string | null = null;
  const code = await withLock(options, project.teams, runId, () =>
    startRun(options, project, runId, compose, (earlier) => {
      toLand = earlier;
      return EXIT.passed;
    }),
  );
  if (toLand === null) return code;
  // Under its own name: for whoever looks meanwhile, it is that run that is at work.
  const earlier: string = toLand;
  return withLock(options, project.teams, earlier, () => landEarlier(options, project, earlier, compose));
}

async function startRun(
  options: RunOptions,
  opened: Project,
  runId: string,
  compose: Compose,
  land: (earlier: string) => ExitCode,
): Promise<ExitCode> {
  let project = opened;
  let earlier = await loadRuns(project.teams);
  if (!earlier.ok) return refuse(options, earlier.error, EXIT.environment);
  const [newest] = runsBefore(earlier.value, project.prdPath);
  const git = openGit(project.root);
  await clearLeft(git, project.teams);
  for (const other of earlier.value) {
    if (other === newest || !isResumable(other)) continue;
    await endWhatIsLeft(project, other, compose);
    options.stderr(`${nameOf(other)} was cut off and waits: teams resume goes on with it afterwards\n`);
  }
  if (newest !== undefined && isResumable(newest)) {
    // What can be refused without the old run is refused first: it is not given up for a slip of the pen.
    const known = project.prd.epics.map((epic) => epic.id);
    const misnamed = unknownEpic(options.only ?? [], known, 'the PRD');
    if (misnamed !== null) return refuse(options, misnamed, EXIT.usage);
    const based = await runBase(git, project, options.includeDirty === true);
    if (!based.ok) return refuse(options, based.error, EXIT.usage);
    const absent = await missingBackends(project, []);
    if (!absent.ok) return refuse(options, absent.error, EXIT.environment);
    const found = await supersede(project, newest, compose);
    options.stderr(`run ${newest.started.runId} was cut off (${found}); a new run takes its place\n`);
    // What the old run had finished is in the PRD only now.
    project = { ...project, prd: (await loadPrd(project.prdFile)).prd ?? project.prd };
    earlier = await loadRuns(project.teams);
    if (!earlier.ok) return refuse(options, earlier.error, EXIT.environment);
  }
  const scope = selectEpics(project.prd, { only: options.only ?? [], maxEpics: options.maxEpics ?? null });
  if (!scope.ok) return refuse(options, await orLand(git, scope.error, project, newest), EXIT.usage);
  if (
    scope.value.length === 0 &&
    newest !== undefined &&
    isProven(newest) &&
    newest.started.prd === project.prdPath
  ) {
    const left = await nothingLeft(git, project, options, newest);
    if (!left.ok) return refuse(options, left.error, EXIT.usage);
    if (left.value === 'land') return land(newest.started.runId);
    if (left.value !== 'new-run') {
      options.stderr(`${left.value.nothing}\n`);
      return EXIT.passed;
    }
  }
  const missing = await missingBackends(project, scope.value);
  if (!missing.ok) return refuse(options, missing.error, EXIT.environment);

  const [based, lost, sparse] = await Promise.all([
    runBase(git, project, options.includeDirty === true),
    lostRuns(git, project),
    isSparse(project.root),
  ]);
  if (!based.ok) return refuse(options, based.error, EXIT.usage);
  const { base, snapshot } = based.value;
  const started = await planRun(git, {
    runId,
    prd: project.prd,
    prdPath: project.prdPath,
    config: project.config,
    base,
    scope: scope.value,
    failFast: options.failFast === true,
    earlier: runsBefore(earlier.value, project.prdPath),
  });
  if (!started.ok) return refuse(options, started.error, EXIT.usage);

  await makePrivateFolder(runFolder(project.teams, runId));
  const reporter = reporterFor(options);
  const ctx = await openRun(project, { runId, state: null }, [reporter], compose);
  return driveToEnd(options, ctx, reporter, async () => {
    await beginRun(ctx, started.value, {
      includesDirty: options.includeDirty === true,
      hasSubmodules: project.repository.hasSubmodules,
      isSparse: sparse,
      snapshot,
      missing: missing.value,
      lost,
    });
    await takePlans(ctx, project.teams);
  });
}

async function dryRun(options: RunOptions, project: Project): Promise<ExitCode> {
  const scope = selectEpics(project.prd, { only: options.only ?? [], maxEpics: options.maxEpics ?? null });
  const base = await resolveRunBase(openGit(project.root), project);
  for (const outcome of [scope, base]) {
    if (outcome.ok) continue;
    return refuse(options, outcome.error, EXIT.usage);
  }
  if (!scope.ok || !base.ok) return EXIT.usage;
  const { config } = project;
  const standings = await planStandings(project.teams, scope.value);
  const from = `${base.value.ref ?? 'a commit'} at ${base.value.commit.slice(0, 12)}`;
  const estimate = await estimateFor(project, scope.value);
  if (options.json === true) {
    const plan = {
      v: 1,
      base: base.value,
      parallel: config.parallel,
      backend: config.backend,
      epics: scope.value.map((e) => e.id),
      plans: Object.fromEntries(standings),
      ...wavesOf(scope.value),
      estimate: estimate === null ? null : estimateJson(estimate),
    };
    options.stdout(`${JSON.stringify(plan)}\n`);
    return EXIT.passed;
  }
  const [paint, columns] = [paintFor(options.color), columnsOf(options)];
  const wrapped = (text: string): string => `${hanging('', printable(text), columns)}\n`;
  options.stdout(planText({ ...project.prd, epics: [...scope.value] }, paint, columns));
  if (estimate !== null) options.stdout(`\n${estimateText(estimate, paint, columns)}`);
  const remarks = planRemarks(standings).map(({ level, text }) =>
    wrapped(`${level === 'warning' ? 'warning: ' : ''}${text}`),
  );
  options.stdout(remarks.length === 0 ? '' : `\n${remarks.join('')}`);
  const epics = plural(scope.value.length, 'epic');
  const how = `${config.parallel} at a time on ${config.backend}`;
  options.stdout(`\n${wrapped(`would run ${epics} from ${from}, ${how}; nothing was done`)}`);
  return EXIT.passed;
}
