import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

const START_MS = 60_000;
const CALL_MS = 20_000;
/** One that does not end when it is asked to would hold up a session whose work is done. */
const CLOSE_MS = 2_000;
/** A fresh server now and then says that it listens, and never answers; and the port may be taken meanwhile. */
const STARTS = 3;

export interface OpencodeServer {
  /** Throws when it is refused, or not answered in time. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, patience?: number): Promise<unknown>;
  events(signal: AbortSignal): AsyncGenerator;
  close(): Promise<void>;
}

/** Starts `opencode serve` on the loopback, with a password of its own. Throws when it does not answer. */
export async function startServer(program: string): Promise<OpencodeServer> {
  for (let start = 1; ; start++) {
    let server: OpencodeServer | null = null;
    try {
      server = await startOnce(program);
      await server.call('GET', '/session');
      return server;
    } catch (error) {
      await server?.close();
      if (start === STARTS) throw error;
    }
  }
}

async function startOnce(program: string): Promise<OpencodeServer> {
  const password = randomBytes(24).toString('base64url');
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
  const child = spawn(program, ['serve', '--hostname', '127.0.0.1', '--port', String(await freePort())], {
    env: { ...process.env, OPENCODE_SERVER_PASSWORD: password },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await exit;
    clearTimeout(kill);
  };
  let url: string;
  try {
    url = await listening(child);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async call(method, path, body, patience = CALL_MS) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patience),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`opencode: ${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    async *events(signal) {
      const response = await fetch(`${url}/event`, { headers: { authorization }, signal });
      const decoder = new TextDecoder();
      let rest = '';
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6));
      }
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const limit = setTimeout(() => reject(new Error(`opencode serve does not listen: ${output}`)), START_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
      const url = /listening on (http:\/\/\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(limit);
      resolve(url);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(limit);
      const said = output.trim() === '' ? '' : `: ${output.trim()}`;
      reject(new Error(`opencode serve ended with ${code ?? signal}${said}`));
    });
    child.once('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
  });
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
