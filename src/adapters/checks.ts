import type { Checks } from '../engine/ports.ts';
import { ceiling } from './git/environment.ts';
import { openLog } from './process/bounded-log.ts';
import { runChild } from './process/child.ts';
import { newMark, sessionMark } from './process/mark.ts';
import { keepTail } from './process/tail.ts';
import type { Secrets } from './secrets.ts';

const TAIL = 4_000;

/** Set by git for its hooks: in a worktree of ours they would point at the repository of the person. */
const GIT_LOCATION =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE)$/;

/** `grace`: the whole of a stop in milliseconds, see the configuration. */
export function createChecks({
  grace,
  secrets,
}: {
  readonly grace: number;
  readonly secrets: Secrets;
}): Checks {
  return {
    async run(request, watch, stop) {
      const begin = performance.now();
      const mark = newMark(request.runId);
      const tail = keepTail(TAIL);
      const log = openLog(request.log);
      const end = await runChild(
        {
          // The text of the person as it is; nothing is put into it.
          argv: ['sh', '-c', request.command],
          cwd: request.cwd,
          env: { ...inherited(), ...ceiling(request.cwd), ...request.env, ...mark },
          stdinFile: null,
          mark: sessionMark(mark),
          limits: { total: request.timeout, idle: null },
          stopSignal: 'SIGTERM',
          patience: grace / 3,
          redact: secrets.stream,
          logs: { stdout: log, stderr: log },
          started: (process) => watch.started(process),
          output: (_stream, chunk) => tail.push(chunk),
        },
        stop,
      );
      const trouble = [end.failure, await log.close()].filter((text) => text !== null);
      for (const text of trouble) tail.push(Buffer.from(`\n${text}\n`));
      return {
        exitCode: end.cause === 'exit' ? end.exitCode : null,
        cause: end.cause === 'exit' || end.cause === 'stopped' ? end.cause : 'timeout',
        durationMs: Math.round(performance.now() - begin),
        tail: tail.text(),
      };
    },
  };
}

/** The environment of the person: a check is their own command and may need anything of it. */
function inherited(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith('TEAMS_') && !GIT_LOCATION.test(name)) env[name] = value;
  }
  return env;
}
