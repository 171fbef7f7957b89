import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { anthropic } from './anthropic.ts';
import { chat } from './chat.ts';
import { type Conversation, heard, type MarkedRole, type Reply, roleOf, turnsGiven } from './conversation.ts';
import { type Step, faultCounter, play } from './play.ts';
import type { Protocol } from './protocol.ts';
import { responses } from './responses.ts';
import { expand } from './variables.ts';
import type { Fault, Scenario } from './scenario.ts';

export interface ModelServer {
  /** http://127.0.0.1:PORT, without a path. */
  readonly url: string;
  /** Every request so far, also in the file of the record. */
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** What was asked; no headers, so no key. */
export interface RecordedRequest {
  readonly at: number;
  readonly path: string;
  readonly protocol: Protocol['name'] | null;
  readonly role: string | null;
  /** Where its marker was: `system` only when the CLI itself knows the role. */
  readonly roleFrom: 'system' | 'message' | null;
  readonly turn: number | null;
  /** Answers of the model that the conversation already holds, also those of before it was resumed. */
  readonly answers: number;
  readonly model: string;
  readonly tools: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** What tools answered since the model last spoke, cut. */
  readonly heard: string;
  /** What it got: an HTTP status, `drop` or `hang`. */
  readonly answer: number | 'drop' | 'hang';
  /** Why the scenario had no answer. */
  readonly problem?: string;
}

export interface ServerOptions {
  /** JSON lines, appended. */
  readonly record?: string;
  /** A folder for the whole body of every request, to look into when a CLI does what nobody expected. */
  readonly bodies?: string;
  /** Whose a conversation is that has tools and no marker: one whose prompt is in a file that it is told to read. */
  readonly unmarked?: string;
  /** Closes itself after so long without a request; milliseconds, default ten minutes. */
  readonly idle?: number;
}

const PATHS: readonly (readonly [RegExp, Protocol])[] = [
  [/\/messages$/, anthropic],
  [/\/responses$/, responses],
  [/\/chat\/completions$/, chat],
];
const BODY_LIMIT = 64_000_000;
const IDLE = 600_000;

/** A model that plays a scenario, on a free port of the loopback. */
export async function startModelServer(
  scenario: Scenario,
  options: ServerOptions = {},
): Promise<ModelServer> {
  const requests: RecordedRequest[] = [];
  const nextFault = faultCounter(scenario);
  const note = (request: RecordedRequest): void => {
    requests.push(request);
    if (options.record !== undefined) appendFileSync(options.record, `${JSON.stringify(request)}\n`);
  };
  if (options.bodies !== undefined) mkdirSync(options.bodies, { recursive: true });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://loopback').pathname;
    const body = await bodyOf(request);
    const protocol = PATHS.find(([pattern]) => pattern.test(path))?.[1];
    const seen = {
      at: Date.now(),
      path,
      protocol: protocol?.name ?? null,
      role: null,
      roleFrom: null,
      turn: null,
      answers: 0,
      model: '',
      tools: [],
      variables: {},
      bytes: body.length,
      heard: '',
    };
    if (options.bodies !== undefined) {
      const name = `${String(requests.length).padStart(4, '0')}${path.replaceAll('/', '_')}.json`;
      writeFileSync(join(options.bodies, name), body);
    }
    if (request.method !== 'POST' || protocol === undefined) {
      note({ ...seen, answer: 200 });
      return json(response, 200, probe(path));
    }
    let conversation: Conversation;
    try {
      conversation = protocol.read(JSON.parse(body));
    } catch (error) {
      note({ ...seen, answer: 400, problem: (error as Error).message });
      return json(response, 400, protocol.error(400, 'not JSON'));
    }
    const marked = roleOf(conversation) ?? unmarkedRole(conversation, options);
    const known = {
      ...seen,
      model: conversation.model,
      tools: conversation.tools.map(({ name }) => name),
      roleFrom: marked?.from ?? null,
      answers: turnsGiven(conversation.entries),
      heard: heard(conversation.entries),
    };
    if (marked === null) {
      note({ ...known, answer: 200 });
      return send(response, protocol, conversation, { text: 'A title', calls: [], usage: NOTHING }, 0);
    }
    const role = marked.name;
    let step: Step;
    try {
      step = play(scenario, role, conversation, String(requests.length));
    } catch (error) {
      const problem = (error as Error).message;
      note({ ...known, role, answer: 400, problem });
      return json(response, 400, protocol.error(400, `scenario: ${problem}`));
    }
    const fault = nextFault(step);
    const told = { ...known, role, turn: step.turn, variables: step.variables };
    if (fault !== null) {
      note({
        ...told,
        answer: fault.hang === true ? 'hang' : fault.drop === undefined ? statusOf(fault) : 'drop',
      });
      return spoil(fault, request, response, protocol, conversation, step.reply);
    }
    note({ ...told, answer: 200 });
    await pause(step.played.delay ?? 0);
    const { after } = step.played;
    if (after !== undefined) await appears(expand(after, step.variables), response);
    await send(response, protocol, conversation, step.reply, step.played.drip ?? 0);
  }

  const server = createServer((request, response) => {
    timer.refresh();
    answer(request, response).catch((error: unknown) => {
      // A client that went away in the middle is no failure of the server; anything else is shown to the client.
      if (!response.headersSent) json(response, 500, { error: { message: String(error) } });
      else response.destroy();
    });
  });
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const timer = setTimeout(() => void close(), options.idle ?? IDLE).unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}

function unmarkedRole({ tools }: Conversation, { unmarked }: ServerOptions): MarkedRole | null {
  return unmarked === undefined || tools.length === 0 ? null : { name: unmarked, from: 'message' };
}

const POLL_MS = 50;
const NOTHING = { input: 0, output: 0 };

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_LIMIT) throw new Error('the body is too big');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** What CLIs ask beside the model: models, token counts, settings, telemetry. Nothing of it matters. */
function probe(path: string): unknown {
  if (path.endsWith('/models')) {
    const models = ['scripted', 'scripted-small'].map((id) => ({
      id,
      object: 'model',
      owned_by: 'scripted',
    }));
    return { object: 'list', data: models };
  }
  return path.endsWith('/count_tokens') ? { input_tokens: 1_000 } : {};
}

/** Or nobody waits for it any more. */
async function appears(file: string, response: ServerResponse): Promise<void> {
  while (!existsSync(file) && !response.destroyed) await pause(POLL_MS);
}

async function send(
  response: ServerResponse,
  protocol: Protocol,
  { model, stream }: Conversation,
  reply: Reply,
  drip: number,
): Promise<void> {
  if (!stream) return json(response, 200, protocol.whole(reply, model));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const part of protocol.stream(reply, model)) {
    if (response.destroyed) return;
    response.write(part);
    if (drip > 0) await pause(drip);
  }
  response.end();
}

const statusOf = (fault: Fault): number => (fault.limit === undefined ? (fault.status ?? 500) : 429);

function spoil(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  protocol: Protocol,
  { model }: Conversation,
  reply: Reply,
): void {
  if (fault.hang === true) return;
  if (fault.drop === 'before') {
    request.socket.destroy();
    return;
  }
  if (fault.drop === 'midway') {
    const parts = protocol.stream(reply, model);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(parts.slice(0, Math.ceil(parts.length / 2)).join(''), () => request.socket.destroy());
    return;
  }
  if (fault.limit !== undefined) {
    const { status, headers, body } = protocol.limit(Math.floor(Date.now() / 1000) + fault.limit.resetsIn);
    return json(response, status, body, headers);
  }
  const status = statusOf(fault);
  const headers = {
    ...(fault.retryAfter !== undefined && { 'retry-after': String(fault.retryAfter) }),
    ...fault.headers,
  };
  json(
    response,
    status,
    fault.body ?? protocol.error(status, fault.message ?? `scripted ${status}`),
    headers,
  );
}
