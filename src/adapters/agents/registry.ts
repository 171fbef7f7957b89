import { type AgentCli, isAgentCli } from '../../domain/backend-names.ts';
import type { Config } from '../../domain/config.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import type { Backend } from './backend.ts';
import { claudeBackend } from './claude.ts';
import { codexBackend } from './codex.ts';
import { commandBackend } from './command.ts';
import { copilotBackend } from './copilot.ts';
import { opencodeBackend } from './opencode.ts';
import { scriptedBackend } from './scripted.ts';

const BACKENDS: Readonly<Record<AgentCli, (config: Config, root: string) => Backend>> = {
  claude: claudeBackend,
  codex: codexBackend,
  copilot: copilotBackend,
  opencode: opencodeBackend,
};

/** The backend that a name in the configuration or in the PRD means. `root` is the repository root. */
export function findBackend(name: string, config: Config, root: string): Outcome<Backend> {
  const entry = Object.hasOwn(config.backends, name) ? config.backends[name] : undefined;
  if (entry !== undefined) {
    return ok('script' in entry ? scriptedBackend(name, entry, root) : commandBackend(name, entry, root));
  }
  if (isAgentCli(name)) return ok(BACKENDS[name](config, root));
  if (name === 'scripted') {
    return fail({
      code: 'backend-without-script',
      what: 'the scripted backend has no script',
      where: 'backends.scripted.script in teams.config.yml',
      fix: 'add "backends: { scripted: { script: path/to/script.yml } }" to teams.config.yml',
    });
  }
  const known = Object.keys(config.backends).join(', ');
  return fail({
    code: 'backend-unknown',
    what: `there is no backend ${JSON.stringify(name)}`,
    ...(known !== '' && { why: `the configuration has: ${known}` }),
    fix: 'describe it under "backends" in teams.config.yml, or choose another one with --backend',
  });
}
