/**
 * Text from outside (a PRD, an agent, a repository) never reaches a terminal raw: escape sequences, other control
 * characters and bidirectional marks could rewrite what a person reads. Tabs become a space; newlines stay only
 * where asked for.
 */
export function printable(text: string, options: { readonly multiline?: boolean } = {}): string {
  const withoutEscapes = text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    // CSI as a whole, so that no "[31m" is left over; so are OSC, DCS, SOS, PM and APC. One of these that is not ended
    // ends with its line: more must not be hidden by it.
    .replace(/(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g, '')
    .replace(
      /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g,
      '',
    )
    .replace(/\t/g, ' ')
    .replace(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
      '',
    );
  return options.multiline === true ? withoutEscapes : withoutEscapes.replace(/\n+/g, ' ').trim();
}

/** At most `max` UTF-16 units, never half a surrogate pair. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = /[\ud800-\udbff]/.test(text[max - 2] ?? '') ? max - 2 : max - 1;
  return `${text.slice(0, end)}…`;
}
