import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { type CommandContext, refuse } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';
import type { Given } from '../setup/place.ts';
import { runSetup } from '../setup/setup.ts';

export interface SetupOptions extends CommandContext {
  readonly yes?: boolean | undefined;
  readonly given: Given;
}

/** Writes or edits teams.config.yml. */
export async function setupCommand(options: SetupOptions): Promise<ExitCode> {
  const repository = await findRepository(options.cwd);
  if (!repository.ok) return refuse(options, repository.error, EXIT.environment);
  const end = await runSetup({ ...options, root: repository.value });
  return end.ok ? EXIT.passed : end.error;
}
