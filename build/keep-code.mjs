/** Loaded before dist/cli.js (node --import): on a message, writes what V8 has compiled of its bundle until then. */
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import vm from 'node:vm';

/** @type {vm.Script | undefined} */
let compiled;

vm.Script = class extends vm.Script {
  /** @param {string} code @param {vm.ScriptOptions} options */
  constructor(code, options) {
    super(code, options);
    compiled = this;
  }
};
syncBuiltinESMExports();

process.on('message', (file) => {
  const code = compiled?.createCachedData();
  if (typeof file === 'string' && code) writeFileSync(file, code);
  process.send?.({ bytes: code?.length ?? 0, rejected: compiled?.cachedDataRejected });
});
process.channel?.unref();
