import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { leaveMessage, MESSAGE_LIMIT, openInboxes } from '../../src/adapters/inbox.ts';
import type { Message } from '../../src/engine/ports.ts';
import { tempFolder } from './temp-folder.ts';

const inboxes = openInboxes((text) => text.replaceAll('hunter22', '[redacted]'));

const fileName = (at: number): string => `${at}-${randomUUID()}.txt`;

test('hands out what was left, before and after it was opened, each once, in order', async () => {
  const folder = join(tempFolder(), 'attempt-1/inbox');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, fileName(1_700_000_000_001)), 'second');
  writeFileSync(join(folder, fileName(1_700_000_000_000)), 'first\nline');
  const got: Message[] = [];
  const inbox = await inboxes.open(folder, (message) => got.push(message));
  await vi.waitFor(() => expect(got.map(({ text }) => text)).toEqual(['first\nline', 'second']));
  const third = await leaveMessage(folder, 'third');
  await vi.waitFor(() => expect(got[2]).toEqual({ id: third?.id, text: 'third' }));
  expect(await third?.withdraw()).toBe(false);
  const last = await leaveMessage(folder, 'last');
  await inbox.close();
  expect(got.map(({ id }) => id).slice(2)).toEqual([third?.id, last?.id]);
  expect(existsSync(folder)).toBe(false);
  expect(await leaveMessage(folder, 'too late')).toBeNull();
});

test('a message is taken or withdrawn, never both and never neither', async () => {
  const folder = join(tempFolder(), 'inbox');
  const got = new Set<string>();
  const inbox = await inboxes.open(folder, ({ id }) => got.add(id));
  for (let round = 0; round < 50; round++) {
    const message = await leaveMessage(folder, 'x');
    if (round % 2 === 0) await new Promise(setImmediate);
    const withdrawn = await message?.withdraw();
    if (withdrawn === false) await vi.waitFor(() => expect(got).toContain(message?.id));
    else expect(got).not.toContain(message?.id);
  }
  await inbox.close();
});

test('is for its owner alone, and there is none where nobody listens', async () => {
  const folder = join(tempFolder(), 'inbox');
  expect(await leaveMessage(folder, 'x')).toBeNull();
  expect(existsSync(folder)).toBe(false);
  const inbox = await inboxes.open(folder, () => undefined);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await inbox.close();
  mkdirSync(folder);
  await leaveMessage(folder, 'x');
  const [name = ''] = readdirSync(folder);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test('takes nothing that is no message: links, folders, other names, too much text', async () => {
  const root = tempFolder();
  const folder = join(root, 'inbox');
  mkdirSync(folder);
  writeFileSync(join(root, 'secret'), 'secret');
  symlinkSync(join(root, 'secret'), join(folder, fileName(1_700_000_000_000)));
  mkdirSync(join(folder, fileName(1_700_000_000_001)));
  writeFileSync(join(folder, fileName(1_700_000_000_002)), 'x'.repeat(MESSAGE_LIMIT + 1));
  writeFileSync(join(folder, 'note.txt'), 'x');
  writeFileSync(join(folder, `${fileName(1_700_000_000_003)}.1.tmp`), 'x');
  const got: Message[] = [];
  const inbox = await inboxes.open(folder, (message) => got.push(message));
  await inbox.close();
  expect(got).toEqual([]);
  expect(existsSync(join(root, 'secret'))).toBe(true);
});

test('tells what can be put on record beside what is said', async () => {
  const folder = tempFolder();
  const got: string[][] = [];
  const inbox = await inboxes.open(folder, ({ text }, shown) => got.push([text, shown]));
  await leaveMessage(folder, 'use hunter22');
  await inbox.close();
  expect(got).toEqual([['use hunter22', 'use [redacted]']]);
});

test('takes no more than 200 messages in a session', async () => {
  const folder = tempFolder();
  for (let k = 0; k < 205; k++) writeFileSync(join(folder, fileName(1_700_000_000_000 + k)), 'x');
  let count = 0;
  const inbox = await inboxes.open(folder, () => (count += 1));
  await inbox.close();
  expect([count, readdirSync(folder).length]).toEqual([200, 5]);
});
