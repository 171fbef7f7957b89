/** Words that a YAML 1.1 or 1.2 reader takes for something other than text. */
const RESERVED = /^(?:true|false|yes|no|on|off|null|y|n|\.inf|\.nan)$/i;
const PLAIN = /^(?:\.\/)?\.?[A-Za-z][\w./@+=-]*(?:[ :][\w./@+=-]+)*$/;
const PLAIN_DURATION = /^\d+(?:\.\d+)?[smh]$/;
/** Line separators, control characters, marks of direction and halves of surrogate pairs: legal at most, never readable. */
const UNREADABLE =
  /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A value as YAML that every reader takes for exactly this value, in block and in flow style. */
export function scalarText(value: string | number): string {
  if (typeof value === 'number') return String(value);
  if (value.length < 200 && !RESERVED.test(value) && (PLAIN.test(value) || PLAIN_DURATION.test(value))) {
    return value;
  }
  return quotedText(value);
}

/** In double quotes, as in JSON. */
export const quotedText = (value: string): string =>
  JSON.stringify(value).replace(
    UNREADABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
