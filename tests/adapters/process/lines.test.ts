import { expect, it } from 'vitest';
import { type LineSplitter, splitLines } from '../../../src/adapters/process/lines.ts';
import { keepTail } from '../../../src/adapters/process/tail.ts';

function collect(feed: (splitter: LineSplitter) => void): { json: string[]; text: string[] } {
  const json: string[] = [];
  const text: string[] = [];
  const splitter = splitLines({
    json: (line) => void json.push(line.toString()),
    text: (lines) => void text.push(...lines.toString().split('\n').filter(Boolean)),
  });
  feed(splitter);
  splitter.end();
  return { json, text };
}

it.each([1, 2, 3, 7, 1_000])('finds the same lines in chunks of %i bytes', (size) => {
  const bytes = Buffer.from('{"a":1}\nplain\n\n{"b":"ü"}\nmore\nand more\n{"c":3}\nlast');
  const found = collect((splitter) => {
    for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
  });
  expect(found).toEqual({
    json: ['{"a":1}', '{"b":"ü"}', '{"c":3}'],
    text: ['plain', 'more', 'and more', 'last'],
  });
});

it('skips a line that is too long and goes on after it', () => {
  const found = collect((splitter) => {
    splitter.push(Buffer.from('{"before":1}\n{'));
    for (let i = 0; i < 100; i += 1) splitter.push(Buffer.alloc(10_000, 'x'));
    splitter.push(Buffer.from('}\n{"after":1}\n'));
  });
  expect(found).toEqual({ json: ['{"before":1}', '{"after":1}'], text: [] });
});

it('keeps the end of an output, printable', () => {
  const tail = keepTail(10);
  for (let i = 0; i < 1_000; i += 1) tail.push(Buffer.from(`line ${i}\n`));
  expect(tail.text()).toBe('8\nline 999');
  tail.push(Buffer.from('\u001b]0;title\u0007\u202e😀😀😀😀😀x'));
  expect(tail.text()).toBe('😀😀😀😀x');
});
