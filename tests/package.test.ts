import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import about from '../package.json' with { type: 'json' };

test('the licence is there, and with the bundles those of all that is in them', () => {
  expect(about.license).toBe('MIT');
  expect(readFileSync('LICENSE', 'utf8')).toMatch(/^MIT License\n\nCopyright \(c\) /);
  expect(about.files).toContain('dist');
  const text = readFileSync('dist/third-party-licenses.txt', 'utf8');
  const bundled = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+ \((.+)\)$/gm)].map(
    ([, name = '', licence = '']) => ({ name, licence }),
  );
  expect(bundled.map(({ name }) => name)).toEqual(
    expect.arrayContaining([...Object.keys(about.dependencies), 'human-signals']),
  );
  expect([...new Set(bundled.map(({ licence }) => licence))].toSorted()).toEqual([
    'Apache-2.0',
    'ISC',
    'MIT',
  ]);
  expect(text).not.toContain('No text comes with it.');
});
