import type { JsonMember, JsonNode } from './json.ts';
import { member } from './prd-tree.ts';

/** A change to a text; whatever no edit names stays as it is, to the byte. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits must not overlap; those at the same place keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  // Sorting is stable.
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** Gives a member of an object a value: in its place, or behind the last one in the style of that one. */
export function setMember(text: string, node: JsonNode, name: string, value: unknown): readonly Edit[] {
  const present = member(node, name);
  if (present !== undefined) {
    const style = text.slice(present.start, present.end).includes('\n') ? lineStart(text, present.start) : '';
    return [{ start: present.start, end: present.end, text: render(text, value, style) }];
  }
  const neighbour = [...(node.members?.values() ?? [])].at(-1);
  if (neighbour === undefined) return [];
  const { start, end } = neighbour.node;
  const colon = text.slice(neighbour.key.end, start);
  const indent = gapBefore(text, neighbour.key.start);
  // Nothing before the only key, as in {"id": 1}: there would be as much after a comma as there is after the colon.
  const gap = indent === '' && node.members?.size === 1 ? colon.slice(colon.indexOf(':') + 1) : indent;
  return [{ start: end, end, text: `,${gap}${JSON.stringify(name)}${colon}${render(text, value, gap)}` }];
}

/** Puts a member before all others. */
export function addFirstMember(text: string, node: JsonNode, name: string, value: unknown): readonly Edit[] {
  const first: JsonMember | undefined = node.members?.values().next().value;
  if (first === undefined) return [];
  const { start } = first.key;
  const colon = text.slice(first.key.end, first.node.start);
  const gap = gapBefore(text, start);
  return [{ start, end: start, text: `${JSON.stringify(name)}${colon}${render(text, value, gap)},${gap}` }];
}

/** Appends to a list that has something in it, in the style of its last entry. */
export function appendItems(text: string, list: JsonNode, values: readonly unknown[]): readonly Edit[] {
  const last = list.items?.at(-1);
  if (last === undefined || values.length === 0) return [];
  const gap = gapBefore(text, last.start);
  const entries = values.map((value) => `,${gap}${render(text, value, gap)}`);
  return [{ start: last.end, end: last.end, text: entries.join('') }];
}

/** The white space, line break included, that stands before a place. */
function gapBefore(text: string, place: number): string {
  let start = place;
  while (start > 0 && ' \t\r\n'.includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start, place);
}

/** The line break before a place and the indentation of its line. */
function lineStart(text: string, place: number): string {
  const start = text.lastIndexOf('\n', place - 1);
  const indentation = /^[ \t]*/.exec(text.slice(start + 1, place))?.[0] ?? '';
  return `${text.charAt(start - 1) === '\r' ? '\r\n' : '\n'}${indentation}`;
}

/** `gap`: what stands before an entry of the object or list that the value goes into. Without a line break: one line. */
function render(text: string, value: unknown, gap: string): string {
  const newline = gap.indexOf('\n');
  if (newline === -1 || (Array.isArray(value) && value.length === 0)) return JSON.stringify(value);
  const unit = /[\r\n]([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const start = (gap.charAt(newline - 1) === '\r' ? '\r\n' : '\n') + gap.slice(gap.lastIndexOf('\n') + 1);
  return JSON.stringify(value, null, unit).replaceAll('\n', start);
}
