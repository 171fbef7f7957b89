import { createProject, makeFolder, removeProject } from '../../adapters/demo-project.ts';
import { loadRuns } from '../../adapters/journal/runs.ts';
import { teamsFolder } from '../../adapters/layout.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { paintFor } from '../../report/paint.ts';
import { howToResume, whatHappened, whatNext, whatWas } from '../demo/closing.ts';
import { projectFiles } from '../demo/project.ts';
import { type CommandContext, refuse } from '../output.ts';
import { STOP_SIGNALS } from '../stop-signals.ts';
import { runCommand } from './run.ts';

export interface DemoOptions extends CommandContext {
  readonly dir?: string;
  readonly keep?: boolean;
  readonly parallel?: number;
}

/** Shows the whole job: makes a project of its own and runs the real engine on it, with scripted agents. */
export async function demoCommand(options: DemoOptions): Promise<ExitCode> {
  const made = await makeFolder(options.cwd, options.dir);
  if (!made.ok) {
    const code = made.error.code === 'demo-folder-in-use' ? EXIT.usage : EXIT.environment;
    return refuse(options, made.error, code);
  }
  const folder = made.value;
  if (options.dir !== undefined || options.keep === true) return demonstrate(options, folder, true);
  // However the process ends: a second Ctrl-C does not come back here.
  const remove = (): void => removeProject(folder);
  process.once('exit', remove);
  const unwatch = endOnSignals();
  try {
    return await demonstrate(options, folder, false);
  } finally {
    remove();
    process.off('exit', remove);
    unwatch();
  }
}

/** A signal that killed the process would leave the folder behind. */
function endOnSignals(): () => void {
  const end = (signal: NodeJS.Signals): void => {
    // A run that is under way has its own answer.
    if (process.listenerCount(signal) === 1) process.exit(EXIT.interrupted);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, end);
  };
}

async function demonstrate(options: DemoOptions, folder: string, keeps: boolean): Promise<ExitCode> {
  const created = await createProject(folder, projectFiles);
  if (!created.ok) return refuse(options, created.error, EXIT.environment);
  const { parallel } = options;
  options.stdout(
    `The project "shelf" is in ${folder}: a prd.json of seven epics, and agents that follow a script.\n\n`,
  );
  const code = await runCommand({
    ...options,
    cwd: folder,
    // Settings of the person for their own projects, such as TEAMS_BACKEND, are not meant for this one.
    env: Object.fromEntries(Object.entries(options.env).filter(([name]) => !name.startsWith('TEAMS_'))),
    ...(parallel !== undefined && { parallel }),
    temporary: !keeps,
  });
  const runs = await loadRuns(teamsFolder(folder));
  const state = runs.ok ? runs.value[0] : undefined;
  // The run has said itself why it could not start.
  if (state === undefined) return code;
  const closing = { folder, state, paint: paintFor(options.color) };
  if (code === EXIT.interrupted) {
    options.stdout(keeps ? howToResume(folder) : '\nThe project was temporary: nothing of it is left.\n');
    return code;
  }
  options.stdout(whatHappened(closing) + (keeps ? whatNext(closing) : await whatWas(closing)));
  return code;
}
