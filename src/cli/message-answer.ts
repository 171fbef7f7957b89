import type { LeftMessage } from '../adapters/inbox.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import { findEpic } from '../domain/state.ts';
import type { JournalView } from './journal-view.ts';
import { type LatestRun, pidAtWork } from './latest-run.ts';
import { nextChange } from '../adapters/next-change.ts';

/** An agent reads between two steps, which may take long: the command does not wait for that. In milliseconds. */
const PATIENCE = 10_000;

interface Asked {
  readonly run: LatestRun;
  readonly journal: JournalView;
  readonly epicId: string;
  readonly attempt: number;
}

/** What became of a message, as far as that is known in good time. One that nobody took is withdrawn. */
export async function answerTo(message: LeftMessage, asked: Asked): Promise<Outcome<string>> {
  const { run, journal } = asked;
  const until = Date.now() + PATIENCE;
  for (;;) {
    // Both before reading: nothing that is written meanwhile, or as the last thing, is missed.
    const change = nextChange([run.folder]);
    const isAtWork = (await pidAtWork(run)) !== null;
    const answers: boolean[] = [];
    const read = await journal.read((event) => {
      if (event.type === 'session.steered' && event.messageId === message.id) answers.push(event.read);
    });
    const over = !isAtWork || !isUnderWay(asked);
    if (read.ok && answers.length === 0 && !over && Date.now() < until) {
      await change.happened;
      continue;
    }
    change.cancel();
    return read.ok ? conclude(message, asked, answers[0], over) : read;
  }
}

function isUnderWay({ journal: { state }, epicId, attempt }: Asked): boolean {
  const epic = state === null ? undefined : findEpic(state, epicId);
  return epic?.phase === 'attempting' && epic.attempt === attempt;
}

async function conclude(
  message: LeftMessage,
  { epicId }: Asked,
  answer: boolean | undefined,
  over: boolean,
): Promise<Outcome<string>> {
  if (answer === true) return ok(`${epicId}: the lead has read it`);
  const again = `teams logs ${epicId}; if there is a session again, say it again`;
  if (answer === undefined && !(await message.withdraw())) {
    if (!over)
      return ok(`${epicId}: the lead has it, and reads it after its current step (teams logs ${epicId})`);
    return fail({
      code: 'message-lost',
      what: `teams ended before it was known whether the lead of ${epicId} had read the message`,
      fix: again,
    });
  }
  return fail({
    code: 'message-not-read',
    what:
      over || answer === false
        ? `the session of ${epicId} ended before it read the message`
        : `the run did not take the message within ${PATIENCE / 1_000} seconds, so it is withdrawn`,
    fix: again,
  });
}
