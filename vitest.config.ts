import { defineConfig } from 'vitest/config'

/** Tests that need nothing but themselves, and tests that need the database that the run starts for them. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/tidy/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: ['test/tidy/**'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    reporters: ['default', './test/support/closing-line.ts'],
    maxWorkers: 2,
  },
})
