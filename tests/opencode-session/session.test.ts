import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SessionRig } from '../adapters/agents/session-rig.ts';

const DRIVER = fileURLToPath(new URL('../../dist/opencode-session.cjs', import.meta.url));

let rig: SessionRig;
beforeEach(() => {
  rig = new SessionRig();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rig.remove();
});

/** A session with this program for an opencode. */
function start(program: string): ReturnType<SessionRig['start']> {
  const bin = join(rig.root, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'opencode'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  return rig.start(rig.sh(''), { backend: 'opencode' });
}

/** A server that answers with this code, after the lines `handle` in which `request` and `answer` are known. */
const server = (handle: string): string => `#!${process.execPath}
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
require('node:http').createServer((request, answer) => {
  ${handle}
}).listen(port, '127.0.0.1', () => console.log('opencode server listening on http://127.0.0.1:' + port));
`;

test.each<[string, string, string]>([
  ['ends', '#!/bin/sh\nexit 3\n', 'opencode serve ended with 3'],
  ['ends with a word', '#!/bin/sh\necho no room\nexit 3\n', 'opencode serve ended with 3: no room'],
  [
    'hangs up',
    server('if (request.method === "GET") answer.end("[]"); else request.socket.destroy();'),
    'fetch failed: other side closed',
  ],
  [
    'refuses',
    server(
      'if (request.method === "GET") answer.end("[]"); else { answer.statusCode = 500; answer.end("no"); }',
    ),
    'opencode: POST /session: 500 no',
  ],
])('a server that %s ends the session with its reason', async (_, program, reason) => {
  expect(await start(program).end).toMatchObject({
    cause: 'exit',
    exitCode: 1,
    tail: `opencode session: ${reason}`,
  });
});

test('a driver that is told nothing says so, and does not wait', () => {
  const { status, stderr } = spawnSync(process.execPath, [DRIVER], { encoding: 'utf8', input: '' });
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'opencode session: which opencode?\n' });
});
