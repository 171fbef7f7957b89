import { defineConfig } from 'vitest/config';

/** Real agent CLIs against a scripted model: `npm run test:backends`. */
export default defineConfig({
  test: {
    include: ['tests/conformance/**/*.conformance.ts'],
    globalSetup: ['tests/conformance/isolate/setup.ts'],
    // A CLI on a busy machine takes seconds to start: the limit only catches hangs.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // Much of their time is waiting.
    maxWorkers: 3,
  },
});
