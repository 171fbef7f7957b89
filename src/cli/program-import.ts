import { type Command, Option } from 'commander';
import type { ExitCode } from '../domain/exit-codes.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../source/import/formats.ts';
import type { CommandContext } from './output.ts';

export function addImportCommand(
  program: Command,
  context: CommandContext,
  done: (code: ExitCode) => void,
): void {
  program
    .command('import')
    .description('make a PRD from a Markdown PRD, spec-kit, Task Master, a flat prd.json or GitHub issues')
    .argument('<file>', 'what to read; - for the standard input')
    .addOption(
      new Option('--format <name>', 'what it is (default: what it looks like)').choices(IMPORT_FORMATS),
    )
    .option('--out <file>', 'where to write (default: prd.json at the root of the repository)')
    .addOption(
      new Option(
        '--merge',
        'add to a PRD that is there, and bring up to date what came from this file',
      ).conflicts('yes'),
    )
    .option('--yes', 'replace a PRD that is there')
    .option('--json', 'as one JSON object')
    .action(async (file: string, options: ImportFlags) => {
      const { importCommand } = await import('./commands/import.ts');
      done(await importCommand({ ...context, ...options, file }));
    });
}

interface ImportFlags {
  format?: ImportFormat;
  out?: string;
  merge?: boolean;
  yes?: boolean;
  json?: boolean;
}
