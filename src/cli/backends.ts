import { createSessions } from '../adapters/agents/sessions.ts';
import type { Config } from '../domain/config.ts';
import type { Epic } from '../domain/prd.ts';
import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import type { MissingBackend } from '../engine/backends.ts';
import { finalBackend, leadBackend } from '../engine/plan-epic.ts';
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
  const wished = wishedBackends(config, epics);
  const problems = new Map<string, Problem>();
  for (const backend of new Set([...wished, ...config.fallback])) {
    const problem = await sessions.unavailable(backend);
    if (problem !== null) problems.set(backend, problem);
  }
  const standsIn = config.fallback.some((backend) => !problems.has(backend));
  const [first] = [...wished].flatMap((backend) => problems.get(backend) ?? []);
  if (first !== undefined && !standsIn) return fail(first);
  return ok([...problems].map(([backend, { what }]) => ({ backend, reason: what })));
}
