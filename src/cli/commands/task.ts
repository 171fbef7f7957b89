import { listRuns, makeTeamsFolder, newRunId, teamsFolder } from '../../adapters/layout.ts';
import { excludeTeamsFolder, openRepository, snapshotTracked } from '../../adapters/repository.ts';
import { removeTask, writeTask } from '../../adapters/task-files.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { printable } from '../../domain/printable.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { taskPrd } from '../../domain/task.ts';
import { personAt } from '../authoring/person.ts';
import { withLock } from '../drive.ts';
import { type CommandContext, refuse } from '../output.ts';
import { planEpics } from '../planning/plan-epics.ts';
import { openProject } from '../project.ts';
import { nobodyToAsk } from './plan.ts';
import { runCommand } from './run.ts';

export interface TaskOptions extends CommandContext {
  readonly text: string;
  /** Checks beside those of the configuration. */
  readonly verify?: readonly string[];
  readonly backend?: string;
  /** Has it planned first. */
  readonly plan?: boolean;
  /** What passes goes into the branch that is checked out. */
  readonly here?: boolean;
  /** Asks nothing. */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** One piece of work without a PRD: an ordinary run, over a PRD that is made of a sentence. */
export async function taskCommand(options: TaskOptions): Promise<ExitCode> {
  const id = newRunId(new Date());
  const prd = taskPrd(options.text, { id: `task-${id.slice(-6)}`, verify: options.verify ?? [] });
  if (!prd.ok) return refuse(options, prd.error, EXIT.usage);
  const opened = await openRepository(options.cwd);
  if (!opened.ok) return refuse(options, opened.error, EXIT.environment);
  const { root, branch } = opened.value;
  const unasked = options.plan === true ? nobodyToAsk(options, '--yes') : null;
  if (unasked !== null) return refuse(options, unasked, EXIT.usage);
  if (options.here === true) {
    const here = await mayWorkHere(options, root, branch);
    if (!here.ok) return refuse(options, here.error, EXIT.usage);
    if (here.value !== null) return here.value;
  }
  await excludeTeamsFolder(opened.value);
  await makeTeamsFolder(root);
  const file = await writeTask(root, id, prd.value);
  try {
    const code = options.plan === true ? await planFirst(options, file) : null;
    if (code !== null) return code;
    return await runCommand({
      ...options,
      prd: file,
      runId: id,
      ...(options.here === true && branch !== null && { base: branch, land: 'merge' }),
    });
  } finally {
    if (!(await listRuns(teamsFolder(root))).includes(id)) await removeTask(root, id);
  }
}

/** Null: the work may go into the branch. An exit code: the person does not want it after all. */
async function mayWorkHere(
  { yes, env, stdout }: TaskOptions,
  root: string,
  branch: string | null,
): Promise<Outcome<ExitCode | null>> {
  if (branch === null) {
    const what = 'no branch is checked out, so there is none to work on';
    return fail({ code: 'detached-head', what, fix: 'git switch BRANCH, or leave out --here' });
  }
  if ((await snapshotTracked(root)) !== null) {
    return fail({
      code: 'dirty-checkout',
      what: 'the checkout has changes that are not committed',
      where: root,
      why: 'the work would be done without them, and the branch would move on under them',
      fix: 'commit or stash them, or leave out --here',
    });
  }
  if (yes === true) return ok(null);
  const name = printable(branch);
  const person = personAt(env, 'teams task');
  if (!person.canBeAsked) {
    return fail({
      code: 'nobody-to-ask',
      what: `--here brings the work into ${name}, and there is no terminal to ask you on`,
      fix: 'add --yes, or leave out --here',
    });
  }
  const asking = await person.ask();
  const may = await asking.confirm(`Bring the work into ${name} once it has passed every check?`);
  if (may === true) return ok(null);
  stdout('nothing was done\n');
  return ok(may === null ? EXIT.interrupted : EXIT.passed);
}

/** Null: it has an agreed plan, the work can begin. */
async function planFirst(options: TaskOptions, file: string): Promise<ExitCode | null> {
  const { backend } = options;
  // With --json, what is printed is for a program.
  const context = options.json === true ? { ...options, stdout: options.stderr } : options;
  const opened = await openProject({ ...context, prd: file, flags: { backend } });
  if (!opened.ok) return opened.error;
  const project = opened.value;
  let agreed = false;
  const code = await withLock(options, project.teams, 'plan', async () => {
    const planned = await planEpics({ ...context, interactive: false }, project, project.prd.epics);
    agreed = planned.agreed.length > 0;
    return planned.code;
  });
  if (agreed) return null;
  if (code === EXIT.passed) options.stderr('without an agreed plan nothing is done\n');
  return code;
}
