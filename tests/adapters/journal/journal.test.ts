import { appendFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EventPayload } from '../../../src/domain/events.ts';
import { openJournal } from '../../../src/adapters/journal/journal.ts';
import { StorageError } from '../../../src/adapters/storage-error.ts';
import { tempFolder } from '../temp-folder.ts';
import { readJournal } from './read-journal.ts';

const notice = (text: string): EventPayload => ({ type: 'notice', level: 'info', code: 'x', text });

test('numbers events without gaps, over several openings', async () => {
  const folder = tempFolder();
  const first = await openJournal(folder, 0);
  const { event, durable } = first.append(notice('1'));
  expect(event).toMatchObject({ v: 1, seq: 1, text: '1' });
  await durable;
  first.append(notice('line\nbreak, \u2028 and ünï'));
  await first.close();
  const second = await openJournal(folder, 2);
  second.append(notice('3'));
  await second.flush();
  const read = await readJournal(folder);
  expect(read.ok && read.value.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(read.ok && read.value.torn).toBe(false);
  await second.close();
});

test('what is durable is in the file, in order, however many wait', async () => {
  const folder = tempFolder();
  const journal = await openJournal(folder, 0);
  let last = 0;
  await Promise.all(
    Array.from({ length: 2000 }, async (_, i) => {
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      const { event, durable } = journal.append(notice(`${i}`));
      await durable;
      last = Math.max(last, event.seq);
    }),
  );
  const lines = readFileSync(join(folder, 'journal.ndjson'), 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(lines.map((_, i) => i + 1));
  expect(last).toBe(2000);
  await journal.close();
});

test.each(['{"v":1,"se', '{"v":1,"seq":2,"at":"x","type":"notice"}', ' '.repeat(200_000)])(
  'cuts off a torn last line',
  async (torn) => {
    const folder = tempFolder();
    const journal = await openJournal(folder, 0);
    await journal.append(notice('kept')).durable;
    await journal.close();
    appendFileSync(join(folder, 'journal.ndjson'), torn);
    const read = await readJournal(folder);
    expect(read.ok && [read.value.events.length, read.value.torn]).toEqual([1, true]);
    const again = await openJournal(folder, 1);
    await again.append(notice('next')).durable;
    await again.close();
    const both = await readJournal(folder);
    expect(both.ok && [both.value.events.length, both.value.torn]).toEqual([2, false]);
  },
);

test('a file of nothing but a torn line is empty', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'journal.ndjson'), '{"v":1');
  await (await openJournal(folder, 0)).close();
  expect(readFileSync(join(folder, 'journal.ndjson'), 'utf8')).toBe('');
});

test('after a write that fails nothing is accepted any more', async () => {
  const folder = tempFolder();
  const told: StorageError[] = [];
  const journal = await openJournal(folder, 0, (error) => told.push(error));
  await journal.append(notice('1')).durable;
  // The file behind the handle is closed under it: the next write is refused by the system.
  await journal.close();
  const one = journal.append(notice('2')).durable;
  const two = journal.append(notice('3')).durable;
  await expect(one).rejects.toBeInstanceOf(StorageError);
  await expect(two).rejects.toMatchObject({ path: join(folder, 'journal.ndjson'), code: 'EBADF' });
  await expect(journal.append(notice('4')).durable).rejects.toBeInstanceOf(StorageError);
  await expect(journal.flush()).rejects.toBeInstanceOf(StorageError);
  expect(told).toHaveLength(1);
  expect(told[0]?.problem.where).toBe(join(folder, 'journal.ndjson'));
});

test('a full disk is told as such', async () => {
  const folder = tempFolder();

  symlinkSync('/dev/full', join(folder, 'journal.ndjson'));
  const journal = await openJournal(folder, 0).catch((error: unknown) => error as StorageError);
  if (journal instanceof StorageError) throw journal;
  await expect(journal.append(notice('1')).durable).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(journal.close()).rejects.toThrow('the disk is full');
});

test('a folder that cannot be written is a StorageError', async () => {
  const folder = tempFolder();
  await expect(openJournal(join(folder, 'gone'), 0)).rejects.toMatchObject({ code: 'ENOENT' });
});
