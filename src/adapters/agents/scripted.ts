import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BackendConfig } from '../../domain/config.ts';
import { docsPage } from '../prompt-files.ts';
import { readActivityLine } from './activity-lines.ts';
import type { Backend } from './backend.ts';
import { ownProgram } from '../own-package.ts';

type ScriptedConfig = Extract<BackendConfig, { script: unknown }>;

/** Our own agent, which does what a script says. See docs/scripted-agent.md. */
export function scriptedBackend(name: string, config: ScriptedConfig, root: string): Backend {
  const script = resolve(root, config.script);
  const agent = ownProgram('scripted-agent.cjs');
  return {
    async unavailable() {
      if (!existsSync(script)) {
        return {
          code: 'script-missing',
          what: `backend ${name}: there is no script ${script}`,
          where: `backends.${name}.script in teams.config.yml`,
          fix: `write one (${docsPage('scripted-agent')} shows how) or correct the path, which is relative to the repository root`,
        };
      }
      if (existsSync(agent)) return null;
      return {
        code: 'scripted-agent-missing',
        what: 'dist/scripted-agent.cjs is missing from this installation of teams',
        fix: 'npm run build',
      };
    },
    inspect: async () => ({
      version: null,
      launcher: agent,
      program: existsSync(agent) ? agent : null,
      login: null,
      sandbox: { state: 'none', text: 'none', needed: false },
    }),
    launch: async () => ({
      argv: [process.execPath, agent],
      stdin: 'messages',
      inherit: [],
      env: { TEAMS_SCRIPT: script, TEAMS_ROOT: root },
    }),
    converse: async () => ({
      argv: [process.execPath, agent, '--interactive'],
      inherit: [],
      env: { TEAMS_SCRIPT: script, TEAMS_ROOT: root },
    }),
    message: (message) => JSON.stringify(message),
    readLine: readActivityLine,
  };
}
