import { clip, printable } from '../domain/printable.ts';
import type { Inbox, Message, SessionWatch } from './ports.ts';
import type { RunContext } from './run-context.ts';
import { inboxFolder } from './run-layout.ts';

/** Of a message, for people: its session gets all of it. */
const TEXT = 500;

/** So that the agent knows whose words these are, and no CLI takes a first "/" for a command of its own. */
const INTRODUCTION = 'The person who runs this says, while you work:\n\n';

export interface Steering extends Pick<Required<SessionWatch>, 'listens'> {
  /** The session has ended. Whatever was not read by then is on record when this resolves. */
  end(): Promise<void>;
}

/** Hands what a person has to say to the session of an attempt, and puts on record whether the agent read it. */
export function steerAttempt(
  ctx: RunContext,
  attempt: { readonly epicId: string; readonly attempt: number },
): Steering {
  let inbox: Promise<Inbox | null> = Promise.resolve(null);
  const handed: Promise<void>[] = [];
  const fail = (error: unknown): null => {
    ctx.abort(error);
    return null;
  };
  const record = (messageId: string, shown: string, read: boolean): Promise<void> => {
    const { epicId, attempt: number } = attempt;
    const text = clip(printable(shown), TEXT);
    return ctx.publish({ type: 'session.steered', epicId, attempt: number, messageId, text, read });
  };
  return {
    listens(deliver) {
      const each = (message: Message, shown: string): void => {
        handed.push(
          deliver({ ...message, text: `${INTRODUCTION}${message.text}` })
            .then((read) => record(message.id, shown, read))
            .catch((error: unknown) => void fail(error)),
        );
      };
      const folder = inboxFolder(attempt.epicId, attempt.attempt);
      inbox = ctx.ports.inboxes.open(ctx.ports.files.path(folder), each).catch(fail);
    },
    async end() {
      await (await inbox)?.close();
      await Promise.all(handed);
    },
  };
}
