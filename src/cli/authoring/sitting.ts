import { relative } from 'node:path';
import { createConversations } from '../../adapters/agents/conversations.ts';
import { authoringWorktree, clearLeft } from '../../adapters/authoring-place.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { printable } from '../../domain/printable.ts';
import { withLock } from '../drive.ts';
import { type CommandContext, refuse } from '../output.ts';
import {
  type AuthoringSession,
  failureOf,
  prepareSession,
  runAlone,
  type Setting,
  stopOnSignals,
} from './session.ts';

/** Where a session works that nobody talks to. */
export const aloneIn = (teams: string, id: string): string => authoringWorktree(teams, id, 'author');

/**
 * One conversation. The error is for a person who stopped it, or for an agent that could not be started; how else it
 * ended says nothing about what was written.
 */
export async function talk(
  context: CommandContext,
  { config, root }: Pick<Setting, 'config' | 'root'>,
  session: AuthoringSession,
): Promise<Outcome<{ readonly interrupted: boolean }, ExitCode>> {
  const request = await prepareSession(session, root);
  const opening = `Read ${relative(root, request.promptFile)} and do what it says.`;
  const end = await createConversations({ config, root }).run(request, opening);
  if (end.failure !== null) {
    const what = `the backend ${JSON.stringify(session.backend)} could not be started`;
    return fail(
      refuse(
        context,
        { code: 'session-not-started', what, why: end.failure, fix: 'teams doctor' },
        EXIT.environment,
      ),
    );
  }
  if (end.stopped) return fail(EXIT.interrupted);
  // The terminal has shown it as ^C in the middle of a line.
  if (end.signal === 'SIGINT') context.stderr('\n');
  return ok({ interrupted: end.signal === 'SIGINT' || end.exitCode === EXIT.interrupted });
}

/** One session that nobody talks to; what it does is told on stderr. */
export async function workAlone(
  context: CommandContext,
  setting: Setting,
  session: AuthoringSession,
): Promise<ExitCode> {
  const { stop, unwatch } = stopOnSignals(context, session.id);
  const tell = (text: string): void => context.stderr(`${printable(text)}\n`);
  try {
    return await withLock(context, setting.teams, session.id, async () => {
      await clearLeft(setting.git, setting.teams);
      const watch = {
        started: () => undefined,
        opened: () => undefined,
        activity: ({ kind, text }: { readonly kind: string; readonly text: string }) =>
          tell(kind === 'message' ? text : `${kind}: ${text}`),
        notice: tell,
      };
      const end = await runAlone(setting, session, watch, stop);
      if (end.cause === 'stopped') return EXIT.interrupted;
      const failure = failureOf(end);
      if (failure === null) return EXIT.passed;
      const where = relative(context.cwd, session.folder);
      return refuse(
        context,
        { code: 'session-failed', what: failure, where, fix: 'teams doctor' },
        EXIT.notPassed,
      );
    });
  } finally {
    unwatch();
  }
}
