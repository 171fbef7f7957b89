import { defineConfig } from 'vitest/config';

/** `teams` as a person uses it, on a pseudo-terminal: `npm run test:terminal`. */
export default defineConfig({
  test: {
    include: ['tests/terminal/**/*.terminal.ts'],
    globalSetup: ['tests/terminal/need-tmux.ts'],
    // Longer than the patience of one `waitFor`, whose error shows the screen.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
