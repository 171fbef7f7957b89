import type { JsonNode } from '../json.ts';
import { member } from '../prd-tree.ts';
import { sentence } from './words.ts';

/** The first of these fields that is text. */
export function textField(node: JsonNode, ...names: readonly string[]): string {
  for (const name of names) {
    const value = member(node, name)?.value;
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return '';
}

/** A number or a short text as an id; null when there is none. */
export function idField(node: JsonNode, name: string): string | null {
  const value = member(node, name)?.value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : null;
}

/** Entries of a list, or the lines of a text with or without dashes, as criteria. */
export function sentencesField(node: JsonNode, ...names: readonly string[]): readonly string[] {
  for (const name of names) {
    const field = member(node, name);
    const texts =
      typeof field?.value === 'string'
        ? field.value.split('\n')
        : (field?.items ?? []).map((item) =>
            typeof item.value === 'string' ? item.value : textField(item, 'description', 'text', 'title'),
          );
    const found = texts
      .map((text) => sentence(text.replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?/, '')))
      .filter((text) => text !== '');
    if (found.length > 0) return found;
  }
  return [];
}

/** Ids that a list or a text with commas names. */
export function idsField(
  node: JsonNode,
  ...names: readonly string[]
): readonly { readonly id: string; readonly node: JsonNode }[] {
  for (const name of names) {
    const field = member(node, name);
    if (field === undefined) continue;
    if (typeof field.value === 'string')
      return field.value
        .split(',')
        .flatMap((text) => (text.trim() === '' ? [] : [{ id: text.trim(), node: field }]));
    return (field.items ?? []).flatMap((item) => {
      const id =
        typeof item.value === 'number' || typeof item.value === 'string'
          ? String(item.value).trim()
          : (idField(item, 'number') ?? idField(item, 'id'));
      return id === null || id === '' ? [] : [{ id: id.slice(0, 200), node: item }];
    });
  }
  return [];
}
