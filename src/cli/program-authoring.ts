import type { Command } from 'commander';
import type { ExitCode } from '../domain/exit-codes.ts';
import type { CommandContext } from './output.ts';

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
    .action(async (options: { backend?: string; from?: string[]; nonInteractive?: boolean }) => {
      const { initCommand } = await import('./commands/init.ts');
      const { nonInteractive, ...rest } = options;
      done(await initCommand({ ...context, ...rest, interactive: nonInteractive !== true }));
    });
}
