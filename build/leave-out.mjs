/** Parts of packages that are never used here and would be most of their bytes: left out of every bundle. */

/** Docker over ssh, and BuildKit sessions: the client of Docker loads both before it is asked for either. */
const UNUSED = new Set(['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs']);
const NOTHING = '\0nothing';

/** @returns {{ name: string, enforce: 'pre', resolveId: (id: string) => string | undefined, load: (id: string) => string | undefined }} */
export const leaveOut = () => ({
  name: 'mogoly-leave-out',
  enforce: /** @type {const} */ ('pre'),
  resolveId: (id) => (UNUSED.has(id) ? NOTHING : undefined),
  load: (id) => (id === NOTHING ? 'export {};' : undefined),
});
