import type { Config } from '../../domain/config.ts';
import type { BackendReport } from '../../domain/doctor.ts';
import { findBackend } from './registry.ts';

const NOTHING = {
  version: null,
  launcher: null,
  program: null,
  login: null,
  sandbox: { state: 'none', text: 'none', needed: false },
} as const;

/** What can be told of each backend without a network and without a token. `root`: of the repository. */
export function inspectBackends(
  names: Iterable<string>,
  config: Config,
  root: string,
): Promise<readonly BackendReport[]> {
  return Promise.all(
    [...names].map(async (name) => {
      const found = findBackend(name, config, root);
      if (!found.ok) return { name, ...NOTHING, problem: found.error };
      const [facts, problem] = await Promise.all([found.value.inspect(), found.value.unavailable()]);
      return { name, ...facts, problem };
    }),
  );
}
