import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type DirectEnd, LIMIT_MS, POLL_MS, type Program } from './program.ts';

const PASSWORD = 'scripted';
const AUTHORIZATION = `Basic ${Buffer.from(`opencode:${PASSWORD}`).toString('base64')}`;
const START_MS = 60_000;
const CALL_MS = 20_000;

/**
 * One prompt in a session of `opencode serve`. Its stream of events, one JSON object per line, takes the place of the
 * output; `stop` aborts the session before the server is ended.
 */
export async function runServed(
  program: Program,
  prompt: string,
  resume: string | null,
  stop: () => boolean,
): Promise<DirectEnd> {
  const { child, url } = await serve(program);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const reading = new AbortController();
  try {
    const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_MS),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      const text = await response.text();
      return text === '' ? null : JSON.parse(text);
    };
    const lines: string[] = [];
    const stream = await fetch(`${url}/event`, {
      headers: { authorization: AUTHORIZATION },
      signal: reading.signal,
    });
    const read = collect(stream, lines);
    const session = resume ?? ((await call('POST', '/session', {})) as { id: string }).id;
    await call('POST', `/session/${session}/prompt_async`, {
      parts: [{ type: 'text', text: prompt }],
    });
    const idle = (): boolean => lines.some((line) => tells(line, 'session.idle', session));
    const deadline = Date.now() + LIMIT_MS;
    let stopped = false;
    while (!idle() && Date.now() < deadline) {
      if (!stopped && stop()) {
        stopped = true;
        await call('POST', `/session/${session}/abort`);
      }
      await pause(POLL_MS);
    }
    reading.abort();
    await read;
    const failed = lines.some((line) => tells(line, 'session.error', session));
    const stdout = lines.map((line) => `${line}\n`).join('');
    return { code: idle() && !failed ? 0 : 1, stdout, stderr, session };
  } finally {
    reading.abort();
    if (child.kill('SIGTERM')) await once(child, 'exit');
  }
}

/** The port may be taken before it gets there: then with another one. */
async function serve(
  { binary, cwd, env }: Program,
  tries = 3,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(binary, ['serve', '--hostname', '127.0.0.1', '--port', String(await freePort())], {
    cwd,
    env: { ...env, OPENCODE_SERVER_PASSWORD: PASSWORD },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    return { child, url: await listening(child) };
  } catch (error) {
    if (child.kill('SIGKILL')) await once(child, 'exit');
    if (tries === 1) throw error;
    return serve({ binary, cwd, env }, tries - 1);
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const limit = setTimeout(() => reject(new Error(`opencode serve does not listen: ${output}`)), START_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /listening on (http:\/\/\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(limit);
      resolve(url);
    });
    child.once('exit', () => {
      clearTimeout(limit);
      reject(new Error(`opencode serve ended: ${output}`));
    });
    child.once('error', reject);
  });
}

async function collect(stream: Response, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of stream.body ?? []) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) if (part.startsWith('data: ')) lines.push(part.slice('data: '.length));
    }
  } catch {
    // Ended by us, or with the server: what was read counts.
  }
}

function tells(line: string, what: string, session: string): boolean {
  const { type, properties } = JSON.parse(line) as {
    readonly type: string;
    readonly properties?: { readonly sessionID?: string };
  };
  return type === what && properties?.sessionID === session;
}

/** Port 0 means 4096 to it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
