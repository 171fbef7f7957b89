import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as span from 'span';

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/^(.+); \/\/ => (.+)$/gm)];
const value = (code) => new Function(...Object.keys(span), `return ${code}`)(...Object.values(span));

test('every example of the README holds', () => {
  for (const [, code, result] of examples) assert.deepEqual(value(code), value(result), code);
});

test('every function has an example', () => {
  for (const name of Object.keys(span))
    assert.ok(
      examples.some(([, code]) => code.startsWith(name)),
      name,
    );
});
