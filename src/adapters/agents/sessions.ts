import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../domain/config.ts';
import { printable } from '../../domain/printable.ts';
import type { SessionEnd, Sessions } from '../../engine/ports.ts';
import { openLog } from '../process/bounded-log.ts';
import { type ChildEnd, runChild } from '../process/child.ts';
import { sessionMark } from '../process/mark.ts';
import { secretsOf } from '../secrets.ts';
import { storing } from '../storage-error.ts';
import type { StartedSession } from './backend.ts';
import { inheritedEnvironment } from './environment.ts';
import { listen } from './listener.ts';
import { openMailbox } from './mailbox.ts';
import { findBackend } from './registry.ts';
import { environmentOf } from './session-record.ts';

const CAUSES = {
  exit: 'exit',
  total: 'epic-timeout',
  idle: 'idle-timeout',
  stopped: 'stopped',
} as const satisfies Record<ChildEnd['cause'], SessionEnd['cause']>;

/**
 * Sessions of every backend. `root` is the repository root. A session folder gets argv.json, gitconfig, session.ndjson
 * (what it wrote to stdout) and stderr.log.
 */
export function createSessions({
  config,
  root,
}: {
  readonly config: Config;
  readonly root: string;
}): Sessions {
  const secrets = secretsOf(config);
  return {
    async unavailable(name) {
      const backend = findBackend(name, config, root);
      return backend.ok ? backend.value.unavailable() : backend.error;
    },
    async run(request, watch, stop) {
      const found = findBackend(request.backend, config, root);
      if (!found.ok) throw new Error(`a session on a backend that is unavailable: ${found.error.what}`);
      const backend = found.value;
      const launch = await backend.launch(request);
      const { argv, stdin } = launch;
      const inherited = inheritedEnvironment(launch.inherit);
      const { mark, env } = await environmentOf(request, launch, inherited, secrets);
      const mailbox =
        stdin === 'messages' && backend.message !== undefined ? openMailbox(backend.message) : null;
      const prompt = mailbox === null ? '' : await readPrompt(request.promptFile);
      const listener = listen(request, backend, launch, watch, mailbox);
      for (const note of launch.notes ?? []) watch.notice(printable(note));
      const logs = {
        stdout: openLog(join(request.folder, 'session.ndjson')),
        stderr: openLog(join(request.folder, 'stderr.log')),
      };
      const since = Date.now();
      const session = (): StartedSession => ({ ...request, since, sessionId: listener.sessionId });
      const end = await runChild(
        {
          argv,
          cwd: request.worktree,
          env,
          stdinFile: stdin === 'prompt' ? request.promptFile : null,
          ...(mailbox !== null && {
            input: (pipe) => {
              mailbox.open(pipe);
              void mailbox.deliver({ id: randomUUID(), text: prompt });
            },
          }),
          mark: sessionMark(mark),
          limits: request.limits,
          lastSign: () => unlessUnreadable(backend.lastSign?.(session())),
          stopSignal: launch.stopSignal ?? 'SIGTERM',
          patience: config.timeouts.grace / 3,
          redact: secrets.stream,
          logs,
          started: (process) => {
            watch.started(process);
            if (mailbox !== null) watch.listens?.((message) => mailbox.deliver(message));
          },
          output: (stream, chunk) => listener[stream](chunk),
        },
        stop,
      );
      mailbox?.end();
      const trouble = [end.failure, await logs.stdout.close(), await logs.stderr.close()];
      for (const words of trouble) if (words !== null) listener.note(words);
      const said = listener.end();
      const usage = (await unlessUnreadable(backend.usageAfter?.(session()))) ?? said.usage;
      const failure =
        said.failure === null
          ? null
          : ((await unlessUnreadable(backend.failureAfter?.(session(), said.failure))) ?? said.failure);
      return {
        cause: CAUSES[end.cause],
        exitCode: end.exitCode,
        signal: end.signal,
        ...said,
        usage,
        failure,
      };
    },
  };
}

const readPrompt = (path: string): Promise<string> => storing(path, () => readFile(path, 'utf8'));

/** A file that has just vanished, or that the agent removed, tells nothing: that costs what it would have told, no more. */
const unlessUnreadable = async <T>(asked: Promise<T | null> | undefined): Promise<T | null> =>
  (await asked?.catch(() => null)) ?? null;
