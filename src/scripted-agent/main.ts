import { randomUUID } from 'node:crypto';
import { stopAsking } from './ask.ts';
import { readAssignment } from './assignment.ts';
import { chooseSteps, doDefault } from './default-plan.ts';
import { loadScript } from './load-script.ts';
import { stopListening } from './messages.ts';
import { emit, INTERACTIVE, say } from './say.ts';
import type { Step } from './script-schema.ts';
import { perform } from './steps.ts';
import { UsageError } from './usage-error.ts';
import { Worker } from './worker.ts';

/** Runs one session. Exit code 0: the steps are done; 1: it failed at one; 2: the script or the start is wrong. */
export async function main(env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const assignment = readAssignment(env);
    const { role, epicId, attempt, promptLength } = assignment;
    if (!INTERACTIVE)
      say('message', `${role} ${epicId} attempt ${attempt}: read a prompt of ${promptLength} characters`);
    const script = assignment.script === undefined ? {} : await loadScript(assignment.script);
    const steps = chooseSteps(script, assignment);
    openSession(env['TEAMS_RESUME'], steps ?? []);
    const worker = new Worker(assignment);
    if (steps === null) await doDefault(worker);
    else for (const step of steps) await perform(worker, step);
    return 0;
  } catch (error) {
    process.stderr.write(`scripted agent: ${(error as Error).message}\n`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    stopAsking();
    stopListening();
  }
}

/** What it has done before it finds in git, like its story list: going on needs no memory of its own. */
function openSession(before: string | undefined, steps: readonly Step[]): void {
  if (before !== undefined && steps.some((step) => 'refuseResume' in step)) {
    throw new Error(`there is no session ${before}`);
  }
  if (!INTERACTIVE) emit({ type: 'session', id: before ?? randomUUID() });
}
