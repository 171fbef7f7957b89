import { ask } from './ask.ts';
import { flood, hang, leaveGrandchild } from './faults.ts';
import { commitAll, resolveCommit } from './git.ts';
import { nextMessage } from './messages.ts';
import { millisecondsOf, pause } from './pause.ts';
import { resolveConflicts } from './resolve.ts';
import { writeJsonResult, writeResult } from './result-file.ts';
import { emit, INTERACTIVE, say } from './say.ts';
import type { Step, StepOf } from './script-schema.ts';
import { doStories } from './story.ts';
import { giveVerdict } from './verdict.ts';
import type { Worker } from './worker.ts';

/** Does one step. Throws when the agent itself fails at it, as a real one would give up. */
export async function perform(worker: Worker, step: Step): Promise<void> {
  const { resultPath } = worker.assignment;
  // First: a story has the verbs of its parts among its keys.
  if ('story' in step) await doStories(worker, step);
  else if ('verdict' in step) giveVerdict(worker.assignment, step);
  else if ('write' in step) worker.write(step.write);
  else if ('append' in step) worker.append(step.append);
  else if ('delete' in step) worker.delete(step.delete);
  else if ('run' in step) worker.run(step.run, { mayFail: step.mayFail });
  else if ('sleep' in step) await pause(step.sleep);
  else if ('pass' in step) pass(worker, step.pass, step.commit ?? 'HEAD');
  else if ('lie' in step) pass(worker, step.lie, 'none');
  else if ('fail' in step) {
    const failureReason = step.reason ?? 'the script says so';
    for (const story of worker.stories(step.fail)) worker.report(story, { passes: false, failureReason });
  } else if ('commit' in step)
    commitAll(worker.git, worker.fill(step.commit), { empty: step.empty === true });
  else if ('resolve' in step) resolveConflicts(worker, step);
  else if ('ask' in step) worker.answers.set(step.as, await ask(worker.fill(step.ask), step.otherwise));
  else if ('listen' in step) worker.answers.set(step.listen, await nextMessage());
  else if ('result' in step) writeJsonResult(resultPath, fillAll(worker, step.result));
  else if ('say' in step) say('message', worker.fill(step.say));
  else if ('activity' in step) say(step.activity.kind, worker.fill(step.activity.text));
  else if ('usage' in step) {
    if (!INTERACTIVE) emit({ type: 'usage', ...step.usage });
  } else if ('trouble' in step) giveUp(worker, step);
  else if ('refuseResume' in step) return;
  else if ('hang' in step) await hang();
  else if ('flood' in step) flood(step);
  else if ('spawn' in step) await leaveGrandchild(step);
  else if ('ignoreSigterm' in step) process.on('SIGTERM', () => {});
  else if ('corruptResult' in step) writeResult(resultPath, worker.fill(step.corruptResult));
  else if ('hugeResult' in step)
    writeResult(resultPath, JSON.stringify({ ...worker.result, notes: 'x'.repeat(step.hugeResult) }));
  else if ('foreignResult' in step) {
    worker.result.epicId = worker.fill(step.foreignResult);
    writeJsonResult(resultPath, worker.result);
  } else process.exit(step.exit);
}

/** Every string in it, however deep; keys stay. */
function fillAll(worker: Worker, value: unknown): unknown {
  if (typeof value === 'string') return worker.fill(value);
  if (Array.isArray(value)) return value.map((item) => fillAll(worker, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillAll(worker, inner)]));
}

function giveUp({ assignment }: Worker, { trouble, resetsIn, attempts }: StepOf<'trouble'>): void {
  if (attempts !== undefined && assignment.attempt > attempts) return;
  const resetsAt = resetsIn === undefined ? null : Date.now() + millisecondsOf(resetsIn);
  emit({ type: 'failure', kind: trouble, text: `the script has a trouble: ${trouble}`, resetsAt });
  process.exit(1);
}

function pass(worker: Worker, selector: string, revision: string): void {
  for (const story of worker.stories(selector)) {
    const name = worker.fill(revision, story);
    const commit = name === 'none' ? undefined : (resolveCommit(worker.git, name) ?? name);
    worker.report(story, { passes: true, failureReason: null, ...(commit !== undefined && { commit }) });
  }
}
