import type * as z from 'zod';
import type { ConfigFile } from '../../src/domain/config.ts';
import type { scriptSchema } from '../../src/scripted-agent/script-schema.ts';
import { type EpicSpec, prd } from './prd.ts';
import { type TempRepo, tempRepo } from './temp-repo.ts';

/** What the agents of a test do; the grammar is in docs/scripted-agent.md. */
export type ScriptSpec = z.input<typeof scriptSchema>;

/**
 * A repository with prd.json, teams.config.yml and agents.json committed, so that `teams(['run'], { cwd })` runs it on
 * the scripted backend. What the script leaves out, agents do well.
 */
export function scriptedProject(options: {
  readonly epics: readonly EpicSpec[];
  readonly script?: ScriptSpec;
  /** Beside version, backend and backends. */
  readonly config?: ConfigFile;
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
}): TempRepo {
  const config: ConfigFile = {
    version: 1,
    backend: 'agents',
    ...options.config,
    backends: { agents: { script: 'agents.json' }, ...options.config?.backends },
  };
  return tempRepo({
    ...(options.folder === undefined ? {} : { folder: options.folder }),
    files: {
      'prd.json': prd(options.epics),
      // JSON is YAML too.
      'teams.config.yml': `${JSON.stringify(config, null, 2)}\n`,
      'agents.json': `${JSON.stringify(options.script ?? {}, null, 2)}\n`,
      ...options.files,
    },
  });
}
