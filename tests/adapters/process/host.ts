import { createInterface } from 'node:readline';
import { createSessions } from '../../../src/adapters/agents/sessions.ts';
import { processes } from '../../../src/adapters/process/processes.ts';
import { DEFAULTS } from '../../../src/domain/config.ts';
import type { SessionRequest } from '../../../src/engine/ports.ts';

/**
 * A process in the place of `teams`: tests bundle it, feed it JSON lines and may kill it.
 * `{"run":SessionRequest,"command":argv}` and `{"reap":runId}` answer with a line; `{"memory":true}` with the highest RSS.
 */
const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  void answer(JSON.parse(line) as Command).then((value) =>
    process.stdout.write(`${JSON.stringify(value)}\n`),
  );
});

interface Command {
  readonly run?: SessionRequest;
  readonly command?: string[];
  readonly reap?: string;
}

async function answer({ run, command = [], reap }: Command): Promise<unknown> {
  if (reap !== undefined) return { reaped: await processes.reap(reap, []) };
  if (run === undefined) return { maxRssKb: process.resourceUsage().maxRSS, cpu: process.cpuUsage() };
  const config = { ...DEFAULTS, backends: { mine: { command, stdin: 'none' as const, env: [] } } };
  const sessions = createSessions({ config, root: run.worktree });
  const watch = {
    started: (started: object) => process.stdout.write(`${JSON.stringify({ started })}\n`),
    opened() {},
    activity() {},
    notice() {},
  };
  return { end: await sessions.run(run, watch, new AbortController().signal) };
}
