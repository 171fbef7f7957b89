import { expect, it } from 'vitest';
import { secretsOf } from '../../src/adapters/secrets.ts';

const hide = (env: NodeJS.ProcessEnv, text: string, handedOn: string[] = []): string =>
  secretsOf({ backends: { mine: { command: ['x'], stdin: 'none', env: handedOn } } }, env).text(text);

it.each([
  'ANTHROPIC_API_KEY',
  'GH_TOKEN',
  'client_secret',
  'DB_PASSWORD',
  'NODE_AUTH',
  'MY_CREDENTIAL',
  'SSH_PASSPHRASE',
  'PROXY_AUTHORIZATION',
  'SESSION_COOKIE',
  'GITLAB_PAT',
  'MYSQL_PWD',
])('knows a secret by the name of its variable: %s', (name) => {
  expect(hide({ [name]: 'value-123' }, 'it is value-123.')).toBe(`it is [redacted: ${name}].`);
});

it.each([
  ['too short', { MY_KEY: '1234567' }],
  ['who commits', { GIT_AUTHOR_NAME: 'Ada Lovelace' }],
  ['where a secret is', { GOOGLE_APPLICATION_CREDENTIALS: import.meta.filename }],
  ['the name of a git setting', { GIT_CONFIG_KEY_0: 'user.name' }],
  ['a header that is none', { MY_HEADERS: 'Accept: application/json\nx-team: everybody' }],
  ['where the person is', { PWD: '/gone/from/here', OLDPWD: '/gone/too' }],
  ['anything else', { EDITOR: 'some-editor' }],
])('leaves alone: %s', (_, env: NodeJS.ProcessEnv) => {
  const text = Object.values(env).join();
  expect(hide(env, text)).toBe(text);
});

it('knows what a backend hands on, passwords in addresses, and each in its forms', () => {
  expect(hide({ WORD: 'open sesame' }, 'open sesame', ['WORD'])).toBe('[redacted: WORD]');
  expect(hide({ HTTPS_PROXY: 'http://u:pass-word@proxy' }, 'pass-word')).toBe('[redacted: HTTPS_PROXY]');
  const value = 'a "b" /c\nd';
  const hidden = hide(
    { MY_KEY: ` ${value}\n` },
    `${value}|${JSON.stringify(value)}|${encodeURIComponent(value)}`,
  );
  expect(hidden).toBe('[redacted: MY_KEY]|"[redacted: MY_KEY]"|[redacted: MY_KEY]');
});

it('knows the secrets among headers', () => {
  const hideIn = (value: string, text: string): string => hide({ ANTHROPIC_CUSTOM_HEADERS: value }, text);
  const hidden = '[redacted: ANTHROPIC_CUSTOM_HEADERS]';
  expect(hideIn('x-team: web\nAuthorization: Bearer abc.def-ghi', '{"v":"Bearer abc.def-ghi"}')).toBe(
    `{"v":"Bearer ${hidden}"}`,
  );
  expect(hideIn('x-api-key=one-two-three,accept=text/plain', 'one-two-three, text/plain')).toBe(
    `${hidden}, text/plain`,
  );
  expect(hideIn('Cookie: id=1234,5678; theme=dark', 'id=1234,5678; theme=dark')).toBe(hidden);
});
