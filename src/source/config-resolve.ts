import { type Config, type ConfigFile, DEFAULTS, parseDuration, PRESETS } from '../domain/config.ts';
import { CONFIG_KEYS, nest, valueAt } from './config-keys.ts';

export interface Origin {
  readonly origin: 'flag' | 'env' | 'file' | 'preset' | 'default';
  /** The flag, the variable, the place in the file or the name of the preset. */
  readonly where?: string;
}

/** The values of one source; the strongest source comes first. */
export interface Layer {
  readonly origin: 'flag' | 'env' | 'file';
  /** As it was given, valid or not. */
  readonly given: unknown;
  /** As the schema reads it; empty when it is not valid. */
  readonly values: ConfigFile;
  readonly where: (path: readonly string[]) => string;
}

/** The effective value of every key and where it comes from. */
export function resolveConfig(layers: readonly Layer[]): { config: Config; origins: Record<string, Origin> } {
  const origins: Record<string, Origin> = {};
  const pick = (key: string): unknown => {
    for (const { origin, values, where } of layers) {
      const value = valueAt(values, key);
      if (value === undefined) continue;
      origins[key] = { origin, where: where(key.split('.')) };
      return value;
    }
    return undefined;
  };
  const preset = (pick('preset') ?? DEFAULTS.preset) as Config['preset'];
  const presetChosen = origins['preset'] !== undefined;
  const entries = Object.keys(CONFIG_KEYS).map((key): [string, unknown] => {
    const value = pick(key);
    if (value !== undefined) {
      return [key, key.startsWith('timeouts.') && typeof value === 'string' ? parseDuration(value) : value];
    }
    const fromPreset = valueAt(PRESETS[preset], key);
    origins[key] =
      presetChosen && fromPreset !== undefined ? { origin: 'preset', where: preset } : { origin: 'default' };
    return [key, fromPreset ?? valueAt(DEFAULTS, key)];
  });
  const tables = (['models', 'backends'] as const).map((table): [string, unknown] => {
    const merged: Record<string, unknown> = {};
    for (const { origin, values, where } of layers) {
      for (const [name, value] of Object.entries(values[table] ?? {})) {
        merged[name] = value;
        origins[`${table}.${name}`] = { origin, where: where([table, name]) };
      }
    }
    return [table, merged];
  });
  return { config: nest([...entries, ...tables]) as unknown as Config, origins };
}
