import { Command, Option } from 'commander';
import about from '../../package.json' with { type: 'json' };
import type { ExitCode } from '../domain/exit-codes.ts';
import { printable } from '../domain/printable.ts';
import type { CommandContext } from './output.ts';
import { addAuthoringCommands } from './program-authoring.ts';
import { addCompletionCommands } from './program-completion.ts';
import { wholeNumber } from './whole-number.ts';

/**
 * The command line. Every action imports its command when it is called: what `run` needs to load must not slow down
 * `--help` and `status`.
 */
export function programFor(context: CommandContext, done: (code: ExitCode) => void): Command {
  const program = new Command('teams')
    .description('Turns a PRD into merged, proven work with a team of coding agents.')
    .version(about.version)
    .exitOverride()
    .configureOutput({
      writeOut: context.stdout,
      // Quotes what was typed, which may have come from a script.
      writeErr: (text) => context.stderr(printable(text, { multiline: true })),
    })
    .configureHelp({ showGlobalOptions: false });
  addAuthoringCommands(program, context, done);
  addRunCommands(program, context, done);
  addViewCommands(program, context, done);
  addAgentsCommands(program, context, done);
  addCompletionCommands(program, context, done);
  showWhereHelpIs(program, 'teams');
  return program;
}

function showWhereHelpIs(command: Command, typed: string): void {
  command.showHelpAfterError(`(${typed} --help shows what there is)`);
  for (const sub of command.commands) showWhereHelpIs(sub, `${typed} ${sub.name()}`);
}

function addRunCommands(program: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  program
    .command('run')
    .description('work through the epics of a PRD that are not completed')
    .argument('[prd]', 'the PRD (default: prd.json at the root of the repository)')
    .option('--parallel <n>', 'sessions at a time', wholeNumber)
    .option('--backend <name>', 'agent CLI behind the sessions')
    .option('--base <ref>', 'where work starts from')
    .option('--only <epic...>', 'only these epics')
    .option('--max-epics <n>', 'at most this many epics', wholeNumber)
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'one event per line')
    .option('--include-dirty', 'start from the tracked changes of the checkout too')
    .option('--fail-fast', 'start no further epic after one has failed')
    .addOption(
      new Option('--land <how>', 'what happens to a passed integration branch').choices(['merge', 'leave']),
    )
    .action(async (prd: string | undefined, options: RunFlags) => {
      const { runCommand } = await import('./commands/run.ts');
      done(await runCommand({ ...context, ...options, prd }));
    });
  program
    .command('resume')
    .description('go on with the run that was cut off')
    .option('--json', 'one event per line')
    .action(async (options: JsonFlag) => {
      const { resumeCommand } = await import('./commands/resume.ts');
      done(await resumeCommand({ ...context, ...options }));
    });
  program
    .command('reset')
    .description('set epics back to pending; unmerged work is kept on a named branch')
    .argument('[epic...]', 'ids of epics')
    .option('--all', 'every epic')
    .option('--cascade', 'also the merged epics that depend on them')
    .action(async (epics: string[], options: { all?: boolean; cascade?: boolean }) => {
      const { resetCommand } = await import('./commands/reset.ts');
      done(await resetCommand({ ...context, ...options, epics }));
    });
  program
    .command('demo')
    .description('the whole job on a small project of its own, with scripted agents')
    .option('--dir <folder>', 'where to make the project (default: a temporary folder)')
    .option('--keep', 'keep the project afterwards')
    .option('--parallel <n>', 'sessions at a time', wholeNumber)
    .action(async (options: { dir?: string; keep?: boolean; parallel?: number }) => {
      const { demoCommand } = await import('./commands/demo.ts');
      done(await demoCommand({ ...context, ...options }));
    });
}

function addViewCommands(program: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  program
    .command('status')
    .description('where the last run stands')
    .option('--json', 'as one JSON object')
    .option('--why', 'one reason and one next command per unfinished epic')
    .option('--run <run-id>', 'an earlier run')
    .action(async (options: JsonFlag & { why?: boolean; run?: string }) => {
      const { statusCommand } = await import('./commands/status.ts');
      done(await statusCommand({ ...context, ...options }));
    });
  program
    .command('summary')
    .description('the plan: graph, waves and critical path of the PRD')
    .option('--json', 'as one JSON object')
    .action(async (options: JsonFlag) => {
      const { summaryCommand } = await import('./commands/summary.ts');
      done(await summaryCommand({ ...context, ...options }));
    });
  program
    .command('logs')
    .description('what happened in the last run, or in the last attempt at an epic')
    .argument('[epic]', 'id of an epic')
    .option('-f, --follow', 'go on until the run ends')
    .option('--tail <n>', 'only the last lines', wholeNumber)
    .option('--run <run-id>', 'an earlier run')
    .action(async (epic: string | undefined, options: { follow?: boolean; tail?: number; run?: string }) => {
      const { logsCommand } = await import('./commands/logs.ts');
      done(await logsCommand({ ...context, ...options, epic }));
    });
  program
    .command('steer')
    .description('say something to the lead of an epic while it works')
    .argument('<epic>', 'id of an epic')
    .argument('<message...>', 'what to say; - takes it from stdin')
    .action(async (epic: string, words: string[]) => {
      const { steerCommand } = await import('./commands/steer.ts');
      done(await steerCommand({ ...context, epic, words, stdin: process.stdin }));
    });
  program
    .command('validate')
    .description('every problem of the PRD in one pass')
    .argument('[prd]', 'the PRD (default: prd.json at the root of the repository)')
    .option('--lint', 'also what makes runs fail: vague criteria, large stories, missing dependencies')
    .option('--json', 'as one JSON object')
    .addOption(new Option('--sarif', 'as SARIF, for editors and code hosts').conflicts('json'))
    .action(async (prd: string | undefined, options: JsonFlag & { lint?: boolean; sarif?: boolean }) => {
      const { validateCommand } = await import('./commands/validate.ts');
      done(await validateCommand({ ...context, ...options, prd }));
    });
  program
    .command('config')
    .description('the effective configuration and where each value comes from')
    .option('--json', 'as one JSON object')
    .action(async (options: JsonFlag) => {
      const { configCommand } = await import('./commands/config.ts');
      done(await configCommand({ ...context, ...options }));
    });
  program
    .command('doctor')
    .description('what a run needs here, and a fix for what is missing')
    .option('--json', 'as one JSON object')
    .action(async (options: JsonFlag) => {
      const { doctorCommand } = await import('./commands/doctor.ts');
      done(await doctorCommand({ ...context, ...options }));
    });
}

function addAgentsCommands(program: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const agents = program.command('agents').description('the roles that sub-agents play');
  const cli = ['--backend <name>', 'agent CLI: claude, codex, copilot or opencode'] as const;
  agents
    .command('list')
    .description('every role, and where the repository has its own')
    .option(...cli)
    .option('--json', 'as one JSON object')
    .action(async (options: JsonFlag & BackendFlag) => {
      const { agentsListCommand } = await import('./commands/agents.ts');
      done(await agentsListCommand({ ...context, ...options }));
    });
  agents
    .command('show')
    .description('a role as the file that an agent CLI reads')
    .argument('<role>', 'name of a role')
    .option(...cli)
    .action(async (role: string, options: BackendFlag) => {
      const { agentsShowCommand } = await import('./commands/agents.ts');
      done(await agentsShowCommand({ ...context, ...options, role }));
    });
  agents
    .command('install')
    .description('write the roles into the repository; a run does not need that')
    .option(...cli)
    .option('--force', 'replace files that are different')
    .action(async (options: BackendFlag & { force?: boolean }) => {
      const { agentsInstallCommand } = await import('./commands/agents.ts');
      done(await agentsInstallCommand({ ...context, ...options }));
    });
}

interface BackendFlag {
  backend?: string;
}

interface JsonFlag {
  json?: boolean;
}

interface RunFlags extends JsonFlag {
  parallel?: number;
  backend?: string;
  base?: string;
  only?: string[];
  maxEpics?: number;
  dryRun?: boolean;
  includeDirty?: boolean;
  failFast?: boolean;
  land?: 'merge' | 'leave';
}
