import { join, relative } from 'node:path';
import type { Config } from '../../domain/config.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { type CommandContext, lookOf } from '../output.ts';
import type { Person } from './person.ts';

export interface ConfigWish extends CommandContext {
  readonly root: string;
  readonly backend?: string | undefined;
  readonly yes?: boolean | undefined;
  /** Nobody is asked anything, unless by `person`. */
  readonly interactive: boolean;
  readonly person: Person;
}

/** The configuration to work with. Where there is no file of it, the interview that writes one comes first. */
export async function configFor(wish: ConfigWish): Promise<Outcome<Config, ExitCode>> {
  const { root, backend, yes, env } = wish;
  const name = relative(wish.cwd, join(root, CONFIG_FILE));
  let loaded = await loadConfig({ root, name, flags: { backend }, env });
  const asks = wish.interactive && wish.person.canBeAsked;
  if (loaded.file === null && loaded.config !== null && (asks || yes === true)) {
    const { runSetup } = await import('../setup/setup.ts');
    const set = await runSetup({ ...wish, given: { settings: { backend }, models: {} } });
    if (!set.ok) return set;
    loaded = await loadConfig({ root, name, flags: { backend }, env });
  }
  const { config, diagnostics } = loaded;
  if (diagnostics.length > 0) wish.stderr(renderDiagnostics(diagnostics, lookOf(wish)));
  return config === null ? fail(EXIT.usage) : ok(config);
}
