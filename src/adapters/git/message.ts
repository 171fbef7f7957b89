import { printable } from '../../domain/printable.ts';

const MAX_BODY = 20_000;

/**
 * The text of a commit with our trailers as its last paragraph. The text comes from a PRD: no line of it may pass for
 * a trailer of ours, because recovery takes those as proof of a merge.
 */
export function commitMessage(text: string, trailers: Readonly<Record<string, string>>): string {
  const body = printable(text, { multiline: true })
    .slice(0, MAX_BODY)
    .split('\n')
    .map((line) => (/^[\s>]*teams-/i.test(line) ? `> ${line.trimStart()}` : line.trimEnd()))
    // git ends a message at a divider or a scissors line, and would not see our trailers below it.
    .map((line) => (line.startsWith('---') ? `> ${line}` : line).replaceAll('- >8 -', '- 8< -'))
    .join('\n')
    .trim();
  const block = Object.entries(trailers).map(([key, value]) => `${key}: ${printable(value)}`);
  // Without a subject the trailers would be the first paragraph, which git never reads as trailers.
  return [body || 'teams', ...(block.length > 0 ? [block.join('\n')] : [])].join('\n\n') + '\n';
}
