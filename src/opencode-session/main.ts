import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { LineFacts } from '../adapters/agents/backend.ts';
import { eventReader, isHopeless, type ServerEvent } from './events.ts';
import { type OpencodeServer, startServer } from './server.ts';

const ABORT_MS = 2_000;

/**
 * One session of OpenCode by a server of its own: its program is the argument; the model is `provider/model`, and a
 * session that is there already is gone on with. The prompt comes on stdin. Prints a line of JSON for each thing worth
 * telling. Returns the exit code.
 */
export async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { session: { type: 'string' }, model: { type: 'string' } },
  });
  const [program] = positionals;
  if (program === undefined) throw new Error('which opencode?');
  const prompt = await text(process.stdin);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const server = await startServer(program);
  try {
    return await runSession(server, { ...values, prompt }, stop.signal);
  } finally {
    await server.close();
  }
}

async function runSession(
  server: OpencodeServer,
  wish: { readonly prompt: string; readonly session?: string; readonly model?: string },
  stop: AbortSignal,
): Promise<number> {
  const opened =
    wish.session === undefined
      ? server.call('POST', '/session', {})
      : server.call('GET', `/session/${encodeURIComponent(wish.session)}`);
  const { id } = (await opened) as { readonly id: string };
  tell({ sessionId: id });
  const read = eventReader(id);
  const reading = new AbortController();
  const stopping: Promise<void>[] = [];
  // Only this ends the commands of its tools.
  const abort = (): void => {
    if (stopping.length > 0) return;
    const aborted = server.call('POST', `/session/${id}/abort`, {}, ABORT_MS).then(
      () => undefined,
      (error: unknown) => void process.stderr.write(`${String(error)}\n`),
    );
    stopping.push(aborted.finally(() => reading.abort()));
  };
  if (stop.aborted) abort();
  stop.addEventListener('abort', abort, { once: true });
  let code = 1;
  let failed = false;
  try {
    for await (const value of server.events(reading.signal)) {
      const event = value as ServerEvent;
      if (event.type === 'server.connected') {
        await server.call('POST', `/session/${id}/prompt_async`, body(wish.prompt, wish.model));
      }
      const facts = read(event);
      if (facts !== null) tell(facts);
      if (facts?.failure !== undefined) failed = facts.failure !== null;
      if (isHopeless(event, Date.now())) abort();
      await refuse(server, event);
      if (event.type === 'session.idle' && event.properties?.sessionID === id) {
        code = failed || stopping.length > 0 ? 1 : 0;
        break;
      }
    }
  } catch (error) {
    // Reading ends that way when it was aborted.
    if (stopping.length === 0) throw error;
  }
  await Promise.all(stopping);
  return code;
}

const tell = (facts: LineFacts): void =>
  void process.stdout.write(`${JSON.stringify({ type: 'facts', ...facts })}\n`);

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
