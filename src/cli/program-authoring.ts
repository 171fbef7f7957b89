import type { Command } from 'commander';
import type { ExitCode } from '../domain/exit-codes.ts';
import type { CommandContext } from './output.ts';
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
    .option('--merge', 'add new epics to the PRD that is there')
    .option('--yes', 'agree to everything, also to replace the PRD that is there')
    .action(async ({ nonInteractive, ...options }: InitFlags) => {
      const { initCommand } = await import('./commands/init.ts');
      done(await initCommand({ ...context, ...options, interactive: nonInteractive !== true }));
    });
  addSetupCommand(program, context, done);
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
}

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
  merge?: boolean;
  yes?: boolean;
}
