const UNIT = { k: 1_000, m: 1_000_000 } as const;

/** `1200000`, `500k`, `1.5M`; null for anything else, and for none at all. */
export function parseTokens(text: string): number | null {
  const match = /^(\d+)$|^(\d+(?:\.\d+)?)([km])$/i.exec(text);
  if (match === null) return null;
  const [, whole, scaled, unit = ''] = match;
  const tokens =
    whole === undefined ? Math.round(Number(scaled) * UNIT[unit.toLowerCase() as keyof typeof UNIT]) : +whole;
  return tokens > 0 && Number.isSafeInteger(tokens) ? tokens : null;
}

/** US dollars. Whatever number a file has can be typed again: JavaScript writes very small ones as `1e-7`. */
export function parseDollars(text: string): number | null {
  if (!/^\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) return null;
  const dollars = Number(text);
  return dollars > 0 && Number.isFinite(dollars) ? dollars : null;
}
