const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** Waits for a number of milliseconds, or for a duration such as `200ms`, `1.5s`, `2m`. */
export function pause(duration: number | string): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millisecondsOf(duration)));
}

export function millisecondsOf(duration: number | string): number {
  if (typeof duration === 'number') return duration;
  const [, amount, unit = 'ms'] = /^([\d.]+)(ms|s|m)$/.exec(duration) ?? [];
  return Number(amount) * (UNIT_MS[unit] ?? 1);
}
