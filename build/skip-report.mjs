/** A reporter of vitest for build/test.mjs: which tests were skipped, and why, in test-results/skipped.json. */
import { writeFileSync } from 'node:fs';
import { ROOT } from './root.mjs';

/** @typedef {{ file: string, test: string, reason?: string | undefined }} Skip */

export default class SkipReport {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    /** @type {Skip[]} */
    const skips = [];
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        skips.push({ file: module.relativeModuleId, test: test.fullName, reason });
      }
    writeFileSync(`${ROOT}/test-results/skipped.json`, JSON.stringify(skips));
  }
}
