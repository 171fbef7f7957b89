import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readText, SourceText, TEXT_LIMIT } from '../../src/source/text.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();

test('a range becomes a line, a column and the text of the line', () => {
  const source = new SourceText('f', 'one\r\ntwo "x"\r\n');
  expect(source.span({ start: 9, end: 12 })).toEqual({ line: 2, column: 5, length: 3, text: 'two "x"' });
  expect(source.span({ start: 0, end: 99 })).toEqual({ line: 1, column: 1, length: 3, text: 'one' });
  expect(source.span({ start: 99, end: 100 })).toEqual({ line: 3, column: 1, length: 0, text: '' });
});

test('every offset of any text is found again at its line and column', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', 'é', '"')), fc.nat(40), (parts, offset) => {
      const text = parts.join('');
      const start = Math.min(offset, text.length);
      const span = new SourceText('f', text).span({ start, end: start });
      const before = text.slice(0, start).split('\n');
      expect([span.line, span.column]).toEqual([before.length, (before.at(-1) ?? '').length + 1]);
    }),
  );
});

test('a byte order mark is remembered and shifts no column', async () => {
  const read = await readText(await folder.put('bom', '\ufeffab'));
  expect(read.ok && [read.value.text, read.value.bom, read.value.span({ start: 1, end: 2 }).column]).toEqual([
    'ab',
    true,
    2,
  ]);
});

const refused = async (path: string): Promise<unknown> => {
  const read = await readText(path, 'f');
  return read.ok ? 'read' : [read.error.code, read.error.at?.line, read.error.at?.column];
};

test('what is no text is refused, with its place', async () => {
  expect(await refused(join(folder.path(), 'absent'))).toEqual(['file-not-found', undefined, undefined]);
  expect(await refused(folder.path())).toEqual(['not-a-file', undefined, undefined]);
  expect(await refused(await folder.put('nul', 'a\nb\0'))).toEqual(['nul-byte', 2, 2]);
  expect(await refused(await folder.put('latin1', Buffer.from([0x61, 0x0a, 0xe9, 0x20])))).toEqual([
    'invalid-utf8',
    2,
    1,
  ]);
  expect(await refused(await folder.put('utf16', Buffer.from('\ufeffab', 'utf16le')))).toEqual([
    'nul-byte',
    1,
    4,
  ]);
});

test('a file that is too large is not read', async () => {
  const path = join(folder.path(), 'large');
  await (await open(path, 'w')).close();
  await truncate(path, TEXT_LIMIT + 1);
  expect(await refused(path)).toEqual(['file-too-large', undefined, undefined]);
});
