/** Runs a step as a user whom file modes bind: root may write everywhere. */

/** `nobody` of Debian and most others. */
const NOBODY = 65_534;

export async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
