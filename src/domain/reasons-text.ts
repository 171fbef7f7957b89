import type { Reason } from './events.ts';
import { list } from './words.ts';

/** Why an attempt failed, in one line. Stories of which the same is to be said are named together. */
export function reasonsText(reasons: readonly Reason[]): string {
  const said = new Map<string, { readonly names: string[]; readonly what: string }>();
  for (const { rule, text } of reasons) {
    const [, name, what] = /^([^\s:]+): (.*)$/s.exec(text) ?? [];
    const key = name === undefined ? text : `${rule}: ${what}`;
    const entry = said.get(key) ?? { names: [], what: what ?? text };
    if (name !== undefined && !entry.names.includes(name)) entry.names.push(name);
    said.set(key, entry);
  }
  return [...said.values()]
    .map(({ names, what }) => (names.length === 0 ? what : `${list(names)}: ${what}`))
    .join('; ');
}
