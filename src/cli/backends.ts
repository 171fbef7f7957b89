import { createSessions } from '../adapters/agents/sessions.ts';
import type { Config } from '../domain/config.ts';
import type { Epic } from '../domain/prd.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import type { MissingBackend } from '../engine/backends.ts';
import { finalBackend, leadBackend } from '../engine/plan-run.ts';
import type { Project } from './project.ts';

/** Names of the backends that a run over these epics would use if all of them are there. */
export const wishedBackends = (config: Config, epics: readonly Epic[]): ReadonlySet<string> =>
  new Set([
    leadBackend(config),
    ...(config.validation.final === 'never' ? [] : [finalBackend(config)]),
    ...epics.flatMap((epic) => epic.backend ?? []),
  ]);

/**
 * Every backend that the epics would need is asked before anything is started. One that is not there is a problem,
 * unless another one stands in for it.
 */
export async function missingBackends(
  { config, root }: Project,
  epics: readonly Epic[],
): Promise<Outcome<readonly MissingBackend[]>> {
  const sessions = createSessions({ config, root });
  const missing: MissingBackend[] = [];
  let standIns = 0;
  for (const backend of config.fallback) {
    const problem = await sessions.unavailable(backend);
    if (problem === null) standIns += 1;
    else missing.push({ backend, reason: problem.what });
  }
  for (const backend of wishedBackends(config, epics)) {
    if (config.fallback.includes(backend)) continue;
    const problem = await sessions.unavailable(backend);
    if (problem === null) continue;
    if (standIns === 0) return fail(problem);
    missing.push({ backend, reason: problem.what });
  }
  return ok(missing);
}
