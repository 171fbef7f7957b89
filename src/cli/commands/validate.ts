import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import about from '../../../package.json' with { type: 'json' };
import { type Diagnostic, hasErrors } from '../../domain/diagnostics.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { waves } from '../../domain/graph.ts';
import type { Prd } from '../../domain/prd.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { plural } from '../../report/words.ts';
import { backendNames, CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { isInside } from '../is-inside.ts';
import { type CommandContext, lookOf } from '../output.ts';
import { isThere } from '../../adapters/there.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface ValidateOptions extends CommandContext {
  /** Absent: prd.json at the root of the repository, else the one in the current folder. */
  readonly prd?: string | undefined;
  /** Also what makes runs of a valid PRD fail. */
  readonly lint?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly sarif?: boolean | undefined;
}

/** Checks the PRD and the configuration beside it. Warnings alone do not fail. */
export async function validateCommand(options: ValidateOptions): Promise<ExitCode> {
  const { cwd, env, stdout } = options;
  const repository = await findRepository(cwd);
  // A PRD can be written before there is a repository.
  const root = repository.ok ? repository.value : cwd;
  const path = findPrd(cwd, root, options.prd);
  const file = relative(cwd, path);
  const config = await loadConfig({ root, name: relative(cwd, join(root, CONFIG_FILE)), flags: {}, env });
  const { prd, diagnostics: found } = await loadPrd(path, {
    name: file,
    toRun: true,
    lint: options.lint === true,
    ...(config.config === null ? {} : { backends: backendNames(config.config) }),
  });
  const diagnostics = [...found, ...config.diagnostics];
  const exit = hasErrors(diagnostics) ? EXIT.usage : EXIT.passed;
  const counts = prd === null ? null : countsOf(prd);
  if (options.json === true) {
    const ok = exit === EXIT.passed;
    const report = { v: 1, ok, prd: file, ...counts, diagnostics: diagnostics.map(forMachines) };
    stdout(`${JSON.stringify(report)}\n`);
    return exit;
  }
  if (options.sarif === true) {
    const { sarifLog } = await import('../../report/sarif.ts');
    const uriOf = (name: string): string => uriIn(root, resolve(cwd, name));
    stdout(`${JSON.stringify(sarifLog({ diagnostics, version: about.version, uriOf }), null, 2)}\n`);
    return exit;
  }
  if (diagnostics.length > 0) stdout(`${renderDiagnostics(diagnostics, lookOf(options))}\n`);
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

/** A PRD on a single line would come with each of its findings. */
const LINE_LIMIT = 2000;

function forMachines(diagnostic: Diagnostic): object {
  const { at, related } = diagnostic;
  const short = (span: Diagnostic['at']): object | undefined =>
    span !== undefined && span.text.length > LINE_LIMIT ? { ...span, text: undefined } : span;
  return {
    ...diagnostic,
    at: short(at),
    related: related?.map((entry) => ({ ...entry, at: short(entry.at) })),
  };
}

/** Relative where the file is in the repository, so that a log means the same on every machine. */
function uriIn(root: string, path: string): string {
  if (!isInside(root, path)) return pathToFileURL(path).href;
  return relative(root, path).split(sep).map(encodeURIComponent).join('/');
}

function findPrd(cwd: string, root: string, asked: string | undefined): string {
  if (asked !== undefined) return resolve(cwd, asked);
  const atRoot = join(root, 'prd.json');
  return isThere(atRoot) ? atRoot : resolve(cwd, 'prd.json');
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
