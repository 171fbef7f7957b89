import { join } from 'node:path';
import { findBackend } from '../../adapters/agents/registry.ts';
import { leaveMessage, MESSAGE_LIMIT } from '../../adapters/inbox.ts';
import { DEFAULTS } from '../../domain/config.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { type EpicState, findEpic } from '../../domain/state.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { noSuchEpic } from '../../domain/unknown-epic.ts';
import { inboxFolder } from '../../engine/run-layout.ts';
import { CONFIG_FILE, loadConfig } from '../../source/load-config.ts';
import { JournalView } from '../journal-view.ts';
import { latestRun, pidAtWork } from '../latest-run.ts';
import { answerTo } from '../message-answer.ts';
import { type CommandContext, refuse } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface SteerOptions extends CommandContext {
  readonly epic: string;
  /** Words as typed; a single "-": what is on stdin. */
  readonly words: readonly string[];
  readonly stdin: AsyncIterable<Buffer>;
}

/** Says something to the lead of an epic while it works, and tells whether it was read. */
export async function steerCommand(options: SteerOptions): Promise<ExitCode> {
  const root = await findRepository(options.cwd);
  if (!root.ok) return refuse(options, root.error, EXIT.environment);
  const text = await textOf(options);
  if (!text.ok) return refuse(options, text.error, EXIT.usage);
  const run = await latestRun(root.value);
  if (run === null || (await pidAtWork(run)) === null) {
    return refuse(
      options,
      {
        code: 'no-run-at-work',
        what: 'no run is at work here, so there is no session to talk to',
        where: root.value,
        fix: run === null ? 'teams run' : 'teams status',
      },
      EXIT.usage,
    );
  }
  const journal = new JournalView(run.folder);
  const read = await journal.read(() => undefined);
  if (!read.ok) return refuse(options, read.error, EXIT.environment);
  const found = journal.state === null ? undefined : findEpic(journal.state, options.epic);
  if (found === undefined)
    return refuse(options, noSuchEpic(options.epic, journal.epicIds, 'this run'), EXIT.usage);
  const deaf = await whyDeaf(found, root.value, options);
  if (deaf !== null) return refuse(options, deaf, EXIT.notPassed);
  const inbox = join(run.folder, inboxFolder(options.epic, found.attempt));
  const message = await leaveMessage(inbox, text.value);
  if (message === null) return refuse(options, noSession(options.epic), EXIT.notPassed);
  const told = await answerTo(message, { run, journal, epicId: options.epic, attempt: found.attempt });
  if (!told.ok) return refuse(options, told.error, EXIT.notPassed);
  options.stdout(`${told.value}\n`);
  return EXIT.passed;
}

async function textOf({ epic, words, stdin }: SteerOptions): Promise<Outcome<string>> {
  let text = words.join(' ');
  if (words.length === 1 && text === '-') {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stdin) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MESSAGE_LIMIT) break;
    }
    text = Buffer.concat(chunks).toString('utf8');
  }
  if (text.trim() === '') {
    return fail({
      code: 'message-empty',
      what: 'the message is empty',
      fix: `teams steer ${shellWord(epic)} "Say it"`,
    });
  }
  if (Buffer.byteLength(text) > MESSAGE_LIMIT) {
    return fail({
      code: 'message-too-long',
      what: `the message is longer than ${MESSAGE_LIMIT / 1024} KB`,
      fix: 'put it into a file that the agent can read, and send where that is',
    });
  }
  return ok(text);
}

/** Why nobody would read a message, or null. */
async function whyDeaf(epic: EpicState, root: string, { env }: CommandContext): Promise<Problem | null> {
  const { id } = epic.plan;
  if (epic.phase !== 'attempting' || epic.backend === null) {
    return {
      code: 'epic-not-at-work',
      what: `nobody works on ${id} now: it is ${epic.phase}`,
      fix: `teams status; what the next attempt has to know goes into the PRD, for example into the description of ${id}`,
    };
  }
  const { config } = await loadConfig({ root, name: CONFIG_FILE, flags: {}, env });
  const backend = findBackend(epic.backend, config ?? DEFAULTS, root);
  if (!backend.ok || backend.value.message !== undefined) return null;
  return {
    code: 'backend-not-steerable',
    what: `${epic.backend} takes no messages while it works on ${id}`,
    why: 'its command line has no way in once a session has begun',
    fix: `press Ctrl-C in the terminal of the run, edit ${id} in the PRD, then: teams resume`,
  };
}

const noSession = (epicId: string): Problem => ({
  code: 'no-session',
  what: `${epicId} has no session now: it is being set up or checked`,
  fix: `look with teams logs ${epicId}, and try again when its session is at work`,
});
