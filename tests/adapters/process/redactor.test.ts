import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redactor } from '../../../src/adapters/process/redactor.ts';

/** A small alphabet, so that secrets overlap, contain each other and begin where others end. */
const letters = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength });

function redact(secrets: readonly string[], chunks: readonly string[]): string {
  const all = redactor(
    secrets.map((secret) => ({ secret: Buffer.from(secret), replacement: Buffer.from('*') })),
  );
  return [...chunks.map((chunk) => all.push(Buffer.from(chunk))), all.end()].join('');
}

function redactWhole(secrets: readonly string[], text: string): string {
  if (secrets.length === 0) return text;
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  return text.replace(new RegExp(longestFirst.join('|'), 'g'), '*');
}

it('takes out the same wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(letters(1, 5)), fc.array(letters(0, 9)), (secrets, chunks) => {
      const redacted = redact(secrets, chunks);
      expect(redacted).toBe(redactWhole(secrets, chunks.join('')));
      for (const secret of secrets) expect(redacted).not.toContain(secret);
    }),
  );
});

it('keeps back nothing but what may be the beginning of a secret', () => {
  const all = redactor([{ secret: Buffer.from('token-12'), replacement: Buffer.from('*') }]);
  const push = (text: string): string => all.push(Buffer.from(text)).toString();
  expect(push('a line\n')).toBe('a line\n');
  expect(push('its tok')).toBe('its ');
  expect(push('yo and to')).toBe('tokyo and ');
  expect(push('ken-12!')).toBe('*!');
  expect(push('token')).toBe('');
  expect(all.end().toString()).toBe('token');
});

it('does not touch a chunk without secrets', () => {
  const chunk = Buffer.from('x');
  expect(redactor([]).push(chunk)).toBe(chunk);
});
