import { join, relative } from 'node:path';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { printable } from '../../domain/printable.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { valueAt } from '../../source/config-keys.ts';
import type { Origin } from '../../source/config-resolve.ts';
import { CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { type CommandContext, lookOf } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface ConfigOptions extends CommandContext {
  readonly json?: boolean | undefined;
}

/** Prints the effective value of every key and where it comes from. Times are printed as in the file. */
export async function configCommand(options: ConfigOptions): Promise<ExitCode> {
  const { cwd, env, stdout, stderr } = options;
  const repository = await findRepository(cwd);
  const root = repository.ok ? repository.value : cwd;
  const name = relative(cwd, join(root, CONFIG_FILE));
  const { config, diagnostics, origins, file } = await loadConfig({ root, name, flags: {}, env });
  if (diagnostics.length > 0) stderr(renderDiagnostics(diagnostics, lookOf(options)));
  if (config === null) return EXIT.usage;
  const rows = Object.entries(origins).map(([key, origin]) => ({
    key,
    value: shownValue(key, config),
    ...origin,
  }));
  if (options.json === true) {
    stdout(
      `${JSON.stringify({ v: 1, file, values: Object.fromEntries(rows.map(({ key, ...row }) => [key, row])) })}\n`,
    );
    return EXIT.passed;
  }
  const width = Math.max(...rows.map(({ key }) => key.length));
  const values = rows.map(({ value }) =>
    printable(typeof value === 'string' ? value : JSON.stringify(value)),
  );
  const valueWidth = Math.min(40, Math.max(...values.map((value) => value.length)));
  for (const [index, row] of rows.entries()) {
    const value = values[index] ?? '';
    stdout(`${printable(row.key).padEnd(width)}  ${value.padEnd(valueWidth)}  ${describeOrigin(row)}\n`);
  }
  return EXIT.passed;
}

function shownValue(key: string, config: unknown): unknown {
  const dot = key.indexOf('.');
  const table = key.slice(0, dot);
  // Names of models and backends may hold dots themselves.
  const value =
    table === 'models' || table === 'backends'
      ? (valueAt(config, table) as Record<string, unknown>)[key.slice(dot + 1)]
      : valueAt(config, key);
  return table === 'timeouts' && typeof value === 'number' ? duration(value) : value;
}

/** Milliseconds as the longest unit that is exact: `90s`, `5m`, `2h`. */
function duration(milliseconds: number): string {
  if (milliseconds % 3_600_000 === 0) return `${milliseconds / 3_600_000}h`;
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`;
  return `${milliseconds / 1000}s`;
}

function describeOrigin({ origin, where }: Origin): string {
  switch (origin) {
    case 'default':
      return 'default';
    case 'preset':
      return `preset ${where ?? ''}`;
    case 'env':
    case 'flag':
    case 'file':
      return printable(where ?? origin);
  }
}
