import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../src/opencode-session/server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'teams-opencode-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that counts its starts and, before `works`, finds its port taken. `more`: what else it does first. */
function program(works: number, more = ''): string {
  const path = join(folder, 'opencode');
  const source = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
${more}
const starts = ${JSON.stringify(join(folder, 'starts'))};
appendFileSync(starts, 'x');
if (readFileSync(starts, 'utf8').length < ${works}) { console.log('port in use'); process.exit(1); }
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
require('node:http').createServer((_, answer) => answer.end('[]')).listen(port, '127.0.0.1', () => {
  console.log('opencode server listening on http://127.0.0.1:' + port);
});
`;
  writeFileSync(path, source, { mode: 0o755 });
  return path;
}
const starts = (): number => readFileSync(join(folder, 'starts'), 'utf8').length;

describe('the server of a session', () => {
  it('is started anew when its port was taken', async () => {
    const server = await startServer(program(3));
    expect(await server.call('GET', '/session')).toEqual([]);
    await server.close();
    expect(starts()).toBe(3);
  });

  it('is killed when it does not end', async () => {
    const server = await startServer(program(1, "process.on('SIGTERM', () => {});"));
    await server.close();
    await expect(server.call('GET', '/session')).rejects.toThrow('fetch failed');
  });

  it('is given up after three times, with what it said', async () => {
    await expect(startServer(program(4))).rejects.toThrow('opencode serve ended with 1: port in use');
    expect(starts()).toBe(3);
  });
});
