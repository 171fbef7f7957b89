import type { Config } from '../../domain/config.ts';
import type { Problem } from '../../domain/problem.ts';
import { type ForegroundEnd, runForeground } from '../process/foreground.ts';
import { sessionMark } from '../process/mark.ts';
import { secretsOf } from '../secrets.ts';
import type { TalkRequest } from './backend.ts';
import { terminalEnvironment } from './environment.ts';
import { findBackend } from './registry.ts';
import { environmentOf } from './session-record.ts';

export interface Conversations {
  /** Null when a person can talk to this backend here and now, otherwise why not. */
  unavailable(name: string): Promise<Problem | null>;
  /** Gives the terminal to the agent until the person, or the agent, ends the conversation. */
  run(request: TalkRequest, opening: string): Promise<ForegroundEnd>;
}

/** Sessions that a person talks to. `root` is the repository root. The folder of the session gets argv.json and gitconfig. */
export function createConversations({
  config,
  root,
}: {
  readonly config: Config;
  readonly root: string;
}): Conversations {
  return {
    async unavailable(name) {
      const found = findBackend(name, config, root);
      if (!found.ok) return found.error;
      if (found.value.converse === undefined) {
        return {
          code: 'backend-not-interactive',
          what: `nobody can talk to the backend ${JSON.stringify(name)}`,
          why: 'it is a command of the configuration, which gets a prompt and answers with a file',
          fix: 'use --non-interactive, or another one with --backend',
        };
      }
      if (!process.stdin.isTTY || !process.stdout.isTTY) {
        return {
          code: 'no-terminal',
          what: 'a conversation with an agent needs a terminal',
          fix: 'use --non-interactive, or run the command in a terminal',
        };
      }
      return found.value.unavailable();
    },
    async run(request, opening) {
      const found = findBackend(request.backend, config, root);
      const launch = found.ok ? await found.value.converse?.(request, opening) : undefined;
      if (launch === undefined)
        throw new Error(`a conversation on ${request.backend}, which cannot have one`);
      const inherited = terminalEnvironment(launch.inherit);
      const { mark, env } = await environmentOf(request, launch, inherited, secretsOf(config));
      return runForeground({
        argv: launch.argv,
        cwd: request.worktree,
        env,
        mark: sessionMark(mark),
        patience: config.timeouts.grace / 3,
      });
    },
  };
}
