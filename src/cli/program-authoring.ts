import { type Command, Option } from 'commander';
import type { ExitCode } from '../domain/exit-codes.ts';
import type { CommandContext } from './output.ts';
import { addImportCommand } from './program-import.ts';
import { addSetupCommand } from './program-setup.ts';
import { wholeNumber } from './whole-number.ts';

/** Commands that come before a run: from an idea to a PRD. */
export function addAuthoringCommands(
  program: Command,
  context: CommandContext,
  done: (code: ExitCode) => void,
): void {
  program
    .command('init')
    .description('write a PRD together with an agent')
    .option('--backend <name>', 'agent CLI to write it with')
    .option('--from <file...>', 'notes, an older PRD, the text of an issue: what to start from')
    .option('--non-interactive', 'one session without questions')
    .addOption(
      new Option(
        '--template [name]',
        'begin with a PRD that is there already; without a name: which ones there are',
      ).conflicts(['from', 'merge', 'nonInteractive']),
    )
    .option('--merge', 'add new epics to the PRD that is there')
    .option('--yes', 'agree to everything, also to replace the PRD that is there')
    .action(async ({ nonInteractive, template, ...options }: InitFlags) => {
      if (template !== undefined) {
        const { initTemplateCommand } = await import('./commands/init-template.ts');
        done(await initTemplateCommand({ ...context, ...options, template }));
        return;
      }
      const { initCommand } = await import('./commands/init.ts');
      done(await initCommand({ ...context, ...options, interactive: nonInteractive !== true }));
    });
  addSetupCommand(program, context, done);
  addImportCommand(program, context, done);
  program
    .command('plan')
    .description('have epics planned before a run, and agree to the plans')
    .argument('[epic...]', 'ids of epics (default: all that have no plan that fits)')
    .option('--backend <name>', 'agent CLI behind the sessions')
    .option('--non-interactive', 'no conversation: sessions plan alone, in parallel')
    .option('--parallel <n>', 'sessions at a time', wholeNumber)
    .option('--yes', 'agree to every plan')
    .action(async (epics: string[], options: PlanFlags) => {
      const { planCommand } = await import('./commands/plan.ts');
      const { nonInteractive, ...rest } = options;
      done(await planCommand({ ...context, ...rest, epics, interactive: nonInteractive !== true }));
    });
  program
    .command('task')
    .description('one piece of work without a PRD, done, checked and merged as in a run')
    .argument('<text...>', 'what has to be done, in a sentence or more')
    .option('--verify <command>', 'a check beside those of the configuration; may be repeated', collected)
    .option('--backend <name>', 'agent CLI behind the sessions')
    .option('--plan', 'have it planned first, and agree to the plan')
    .option('--here', 'bring what passes into the branch that is checked out')
    .option('--yes', 'ask nothing')
    .option('--json', 'one event per line')
    // No option has a blank in it: this is a text, such as that of an issue.
    .configureOutput({
      outputError: (text, write) =>
        write(/^error: unknown option '[^'\s]*\s/.test(text) ? DASHED_TEXT : text),
    })
    .action(async (words: string[], options: TaskFlags) => {
      const { taskCommand } = await import('./commands/task.ts');
      done(await taskCommand({ ...context, ...options, text: words.join(' ') }));
    });
}

const DASHED_TEXT = `error: a text that begins with a dash reads like an option
  fix:   teams task [options] -- TEXT
`;

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

interface PlanFlags {
  backend?: string;
  nonInteractive?: boolean;
  parallel?: number;
  yes?: boolean;
}

interface InitFlags {
  backend?: string;
  from?: string[];
  nonInteractive?: boolean;
  template?: string | true;
  merge?: boolean;
  yes?: boolean;
}

interface TaskFlags {
  verify?: string[];
  backend?: string;
  plan?: boolean;
  here?: boolean;
  yes?: boolean;
  json?: boolean;
}
