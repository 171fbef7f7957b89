import { Argument, type Command } from 'commander';
import { EXIT, type ExitCode } from '../domain/exit-codes.ts';
import { SHELLS, type Shell } from './completion/shells.ts';
import type { CommandContext } from './output.ts';

export function addCompletionCommands(
  program: Command,
  context: CommandContext,
  done: (code: ExitCode) => void,
): void {
  program
    .command('completion')
    .description('the script that completes commands, options and epics in a shell')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { SCRIPTS } = await import('./completion/scripts.ts');
      context.stdout(SCRIPTS[shell]);
      done(EXIT.passed);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[word...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { complete } = await import('./completion/complete.ts');
      // A person is typing: whatever goes wrong, there is just nothing to offer.
      const completion = await complete(program, words, context.cwd).catch(() => null);
      const lines = (completion?.candidates ?? []).map(({ value, about }) => `${value}\t${about}\n`);
      context.stdout(`${completion?.paths ?? 'words'}\n${lines.join('')}`);
      done(EXIT.passed);
    });
}
