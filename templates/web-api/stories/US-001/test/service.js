import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService } from '../src/server.js';
import { openStore } from '../src/store.js';

/** A service of its own for one test: `await ask('GET', '/links')` gives status and body. */
export async function startService(t) {
  const folder = mkdtempSync(join(tmpdir(), 'links-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const start = async () => {
    const service = await createService(openStore(join(folder, 'links.json')));
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    t.after(() => service.close());
    return async (method, path, body) => {
      const answer = await fetch(`http://127.0.0.1:${service.address().port}${path}`, {
        method,
        headers: { connection: 'close' },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    };
  };
  return { start, ask: await start() };
}
