import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../domain/exit-codes.ts';
import { nearMiss } from '../domain/near-miss.ts';
import { DOCUMENTED_MODEL_KEYS, MODEL_KEYS } from '../domain/role-names.ts';
import { parseDollars, parseTokens } from '../source/budget-text.ts';
import type { CommandContext } from './output.ts';
import type { Given } from './setup/place.ts';
import { wholeNumber } from './whole-number.ts';

/** `teams setup`: each flag answers one of its questions. */
export function addSetupCommand(
  program: Command,
  context: CommandContext,
  done: (code: ExitCode) => void,
): void {
  program
    .command('setup')
    .description('write teams.config.yml, or change it')
    .option('--yes', 'ask nothing')
    .option('--backend <name>', 'agent CLI behind the sessions')
    .option('--preset <name>', 'how much agents plan and check: minimal, balanced or full')
    .option('--planning-epic <when>', 'a planner for epics: auto, always or never')
    .option('--planning-story <when>', 'a planner for stories')
    .option('--validation-story <when>', 'a validator for stories')
    .option('--validation-epic <when>', 'a validator for epics')
    .option('--validation-final <when>', 'a validator for the whole')
    .option('--parallel <n>', 'sessions at a time', wholeNumber)
    .option('--setup <command>', 'prepares a new worktree; can be repeated', collect)
    .option('--no-setup', 'nothing prepares a worktree')
    .option('--verify <command>', 'has to pass before work is done; can be repeated', collect)
    .option('--no-verify', 'no command judges the work')
    .option('--timeouts-epic <time>', 'limit of a session, such as 90m')
    .option('--timeouts-idle <time>', 'limit of its silence')
    .option('--timeouts-run <time>', 'limit of the whole run')
    .option('--timeouts-check <time>', 'limit of one setup or verify command')
    .option('--timeouts-grace <time>', 'limit of a stop')
    .option('--budget-tokens <n>', 'tokens that a run may spend, such as 5M', tokens)
    .option('--no-budget-tokens', 'no limit to tokens')
    .option('--budget-cost-usd <amount>', 'US dollars that a run may spend', dollars)
    .option('--no-budget-cost-usd', 'no limit to dollars')
    .option('--model <role=model>', 'model of a role or of a size of work; can be repeated', collectModel)
    .action(async (flags: SetupFlags) => {
      const { setupCommand } = await import('./commands/setup.ts');
      done(await setupCommand({ ...context, yes: flags.yes, given: givenBy(flags) }));
    });
}

interface SetupFlags {
  yes?: boolean;
  backend?: string;
  preset?: string;
  planningEpic?: string;
  planningStory?: string;
  validationStory?: string;
  validationEpic?: string;
  validationFinal?: string;
  parallel?: number;
  /** False: `--no-setup` */
  setup?: readonly string[] | false;
  verify?: readonly string[] | false;
  timeoutsEpic?: string;
  timeoutsIdle?: string;
  timeoutsRun?: string;
  timeoutsCheck?: string;
  timeoutsGrace?: string;
  /** False: `--no-budget-tokens` */
  budgetTokens?: number | false;
  budgetCostUsd?: number | false;
  model?: ReadonlyMap<string, string>;
}

function givenBy(flags: SetupFlags): Given {
  return {
    settings: {
      backend: flags.backend,
      preset: flags.preset,
      parallel: flags.parallel,
      setup: flags.setup === false ? [] : flags.setup,
      verify: flags.verify === false ? [] : flags.verify,
      'planning.epic': flags.planningEpic,
      'planning.story': flags.planningStory,
      'validation.story': flags.validationStory,
      'validation.epic': flags.validationEpic,
      'validation.final': flags.validationFinal,
      'timeouts.epic': flags.timeoutsEpic,
      'timeouts.idle': flags.timeoutsIdle,
      'timeouts.run': flags.timeoutsRun,
      'timeouts.check': flags.timeoutsCheck,
      'timeouts.grace': flags.timeoutsGrace,
      'budget.tokens': flags.budgetTokens === false ? null : flags.budgetTokens,
      'budget.costUsd': flags.budgetCostUsd === false ? null : flags.budgetCostUsd,
    },
    models: Object.fromEntries(flags.model ?? []),
  };
}

function tokens(text: string): number {
  const count = parseTokens(text);
  if (count === null) throw new InvalidArgumentError('It has to be such as 1200000, 500k or 5M.');
  return count;
}

function dollars(text: string): number {
  const amount = parseDollars(text);
  if (amount === null) throw new InvalidArgumentError('It has to be such as 20 or 7.50.');
  return amount;
}

const collect = (value: string, before: readonly string[] | false = []): readonly string[] =>
  before === false ? [value] : [...before, value];

function collectModel(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, role, model] = /^([\w-]{1,40})=(\S+)$/.exec(text) ?? [];
  if (role === undefined || model === undefined) {
    throw new InvalidArgumentError('It has to be such as teamLead=opus.');
  }
  if (!MODEL_KEYS.includes(role)) {
    const near = nearMiss(role, MODEL_KEYS);
    const known = `It has to be one of ${DOCUMENTED_MODEL_KEYS.join(', ')}.`;
    throw new InvalidArgumentError(near === null ? known : `Did you mean ${near}?`);
  }
  return new Map([...before, [role, model]]);
}
