import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { hasErrors } from '../../domain/diagnostics.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { waves } from '../../domain/graph.ts';
import type { Prd } from '../../domain/prd.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { plural } from '../../report/words.ts';
import { backendNames, CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { loadPrd } from '../../source/load-prd.ts';
import type { CommandContext } from '../output.ts';
import { findRepository } from '../repository.ts';

export interface ValidateOptions extends CommandContext {
  /** Absent: prd.json at the root of the repository, else the one in the current folder. */
  readonly prd?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Checks the PRD and the configuration beside it. Warnings alone do not fail. */
export async function validateCommand(options: ValidateOptions): Promise<ExitCode> {
  const { cwd, env, stdout, color } = options;
  const repository = await findRepository(cwd);
  // A PRD can be written before there is a repository.
  const root = repository.ok ? repository.value : cwd;
  const path = findPrd(cwd, root, options.prd);
  const file = relative(cwd, path);
  const config = await loadConfig({ root, name: relative(cwd, join(root, CONFIG_FILE)), flags: {}, env });
  const { prd, diagnostics: found } = await loadPrd(path, {
    name: file,
    ...(config.config === null ? {} : { backends: backendNames(config.config) }),
  });
  const diagnostics = [...found, ...config.diagnostics];
  const exit = hasErrors(diagnostics) ? EXIT.usage : EXIT.passed;
  const counts = prd === null ? null : countsOf(prd);
  if (options.json === true) {
    const ok = exit === EXIT.passed;
    stdout(`${JSON.stringify({ v: 1, ok, prd: file, ...counts, diagnostics })}\n`);
    return exit;
  }
  if (diagnostics.length > 0) stdout(`${renderDiagnostics(diagnostics, { color })}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const tally = [plural(errors, 'error'), plural(diagnostics.length - errors, 'warning')].filter(
    (text) => !text.startsWith('0 '),
  );
  if (counts === null || errors > 0) {
    stdout(`not valid: ${tally.join(', ')}\n`);
  } else {
    const size = [
      plural(counts.epics, 'epic'),
      plural(counts.stories, 'story', 'stories'),
      plural(counts.waves, 'wave'),
    ].join(', ');
    stdout(`${file} is valid: ${size}${tally.length === 0 ? '' : ` (${tally.join(', ')})`}\n`);
  }
  return exit;
}

function findPrd(cwd: string, root: string, asked: string | undefined): string {
  if (asked !== undefined) return resolve(cwd, asked);
  const atRoot = join(root, 'prd.json');
  return existsSync(atRoot) ? atRoot : resolve(cwd, 'prd.json');
}

function countsOf(prd: Prd): { readonly epics: number; readonly stories: number; readonly waves: number } {
  const nodes = prd.epics.map(({ id, dependsOn, userStories }) => ({
    id,
    dependsOn,
    weight: userStories.length,
  }));
  return {
    epics: prd.epics.length,
    stories: nodes.reduce((sum, node) => sum + node.weight, 0),
    waves: waves(nodes).length,
  };
}
