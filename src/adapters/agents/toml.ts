/** TOML escapes as JSON does, and DEL as well. */
export const tomlString = (text: string): string => JSON.stringify(text).replace(/\u007f/g, '\\u007f');
