import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

interface EventSchema {
  readonly description: string;
  readonly properties: Readonly<Record<string, { readonly const?: string }>>;
}

test('docs/events.md has a line for every type of event, with what the schema says of it and its keys', async () => {
  const schema = JSON.parse(await readFile('schemas/journal.schema.json', 'utf8')) as {
    readonly oneOf: readonly EventSchema[];
  };
  const lines = schema.oneOf.map(({ description, properties }) => {
    const { v: _v, seq: _seq, at: _at, type, ...own } = properties;
    const keys = Object.keys(own).map((key) => `\`${key}\``);
    return `| \`${type?.const}\` | ${description} | ${keys.join(' ')} |`;
  });
  const text = await readFile('docs/events.md', 'utf8');
  expect(text.match(/^\| `.*$/gm)).toEqual(lines);
});
