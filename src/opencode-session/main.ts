import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { LineFacts } from '../adapters/agents/backend.ts';
import { eventReader, isHopeless, type ServerEvent } from './events.ts';
import { type Message, messageIn, Unread } from './messages.ts';
import { type OpencodeServer, startServer } from './server.ts';

const ABORT_MS = 2_000;
/** So long an idle server may take to begin with what it was told last. */
const BEGIN_MS = 10_000;

interface Wish {
  /** The first one is the prompt. */
  readonly messages: AsyncIterator<string>;
  readonly session?: string;
  readonly model?: string;
}

/**
 * One session of OpenCode by a server of its own: its program is the argument; the model is `provider/model`, and a
 * session that is there already is gone on with. The prompt is the first line of stdin, `{"id","text"}`; further ones are
 * said to the session while it works. Prints a line of JSON for each thing worth telling. Returns the exit code.
 */
export async function main(): Promise<number> {
  try {
    return await serveSession();
  } catch (error) {
    complain(error);
    return 1;
  } finally {
    // Whoever talks to it may keep it open.
    process.stdin.destroy();
  }
}

function complain(error: unknown): void {
  const { message, cause } = error as Error;
  // `fetch failed` alone says nothing.
  const because = cause instanceof Error ? `: ${cause.message}` : '';
  process.stderr.write(`opencode session: ${message}${because}\n`);
}

async function serveSession(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { session: { type: 'string' }, model: { type: 'string' } },
  });
  const [program] = positionals;
  if (program === undefined) throw new Error('which opencode?');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const messages = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const server = await startServer(program);
  try {
    return await runSession(server, { ...values, messages }, stop.signal);
  } finally {
    await server.close();
  }
}

async function runSession(server: OpencodeServer, wish: Wish, stop: AbortSignal): Promise<number> {
  const opened =
    wish.session === undefined
      ? server.call('POST', '/session', {})
      : server.call('GET', `/session/${encodeURIComponent(wish.session)}`);
  const { id } = (await opened) as { readonly id: string };
  tell({ sessionId: id });
  const read = eventReader(id);
  const unread = new Unread(id);
  const say = async ({ text }: Message): Promise<unknown> =>
    server.call('POST', `/session/${id}/prompt_async`, body(text, wish.model));
  const reading = new AbortController();
  const stopping: Promise<void>[] = [];
  // Only this ends the commands of its tools.
  const abort = (): void => {
    if (stopping.length > 0) return;
    const aborted = server.call('POST', `/session/${id}/abort`, {}, ABORT_MS).then(() => undefined, complain);
    stopping.push(aborted.finally(() => reading.abort()));
  };
  if (stop.aborted) abort();
  stop.addEventListener('abort', abort, { once: true });
  let code: number | null = null;
  let failed = false;
  let patience: NodeJS.Timeout | undefined;
  try {
    for await (const value of server.events(reading.signal)) {
      const event = value as ServerEvent;
      if (event.type === 'server.connected') {
        await say(await next(wish.messages));
        void passOn(wish.messages, say, unread);
      }
      for (const message of unread.readBy(event)) tell({ read: message });
      const facts = read(event);
      if (facts !== null) tell(facts);
      if (facts?.failure !== undefined) failed = facts.failure !== null;
      if (isHopeless(event, Date.now())) abort();
      await refuse(server, event);
      if (event.properties?.sessionID !== id) continue;
      if (event.type === 'session.status' && event.properties.status?.type === 'busy') clearTimeout(patience);
      if (event.type !== 'session.idle') continue;
      code = failed || stopping.length > 0 ? 1 : 0;
      // What was said in its last moment begins another turn.
      if (!unread.any || code === 1) break;
      patience = setTimeout(() => reading.abort(), BEGIN_MS);
    }
  } catch (error) {
    // Reading ends that way when it was aborted.
    if (stopping.length === 0 && !reading.signal.aborted) throw error;
  } finally {
    clearTimeout(patience);
  }
  await Promise.all(stopping);
  return stopping.length > 0 ? 1 : (code ?? 1);
}

const tell = (facts: LineFacts): void =>
  void process.stdout.write(`${JSON.stringify({ type: 'facts', ...facts })}\n`);

async function next(messages: AsyncIterator<string>): Promise<Message> {
  const line = await messages.next();
  const message = line.done === true ? null : messageIn(line.value);
  if (message === null) throw new Error('there is no prompt on stdin');
  return message;
}

/** Never rejects: a message that the server refuses is one that nobody reads. */
async function passOn(
  lines: AsyncIterator<string>,
  say: (message: Message) => Promise<unknown>,
  unread: Unread,
): Promise<void> {
  for (;;) {
    const line = await lines.next();
    if (line.done === true) return;
    const message = messageIn(line.value);
    if (message === null) {
      complain(new Error('a line of stdin is no message'));
      continue;
    }
    unread.add(message);
    await say(message).catch((error: unknown) => {
      unread.drop(message.id);
      complain(error);
    });
  }
}

function body(prompt: string, model: string | undefined): unknown {
  const slash = model?.indexOf('/') ?? -1;
  return {
    parts: [{ type: 'text', text: prompt }],
    ...(model !== undefined && {
      model: { providerID: model.slice(0, slash), modelID: model.slice(slash + 1) },
    }),
  };
}

/** Nobody is there to answer: what would be asked is not allowed. */
async function refuse(server: OpencodeServer, { type, properties }: ServerEvent): Promise<void> {
  const id = typeof properties?.id === 'string' ? encodeURIComponent(properties.id) : null;
  if (id === null) return;
  if (type === 'permission.asked') await server.call('POST', `/permission/${id}/reply`, { reply: 'reject' });
  if (type === 'question.asked') await server.call('POST', `/question/${id}/reject`);
}
