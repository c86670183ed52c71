/** A Map that forgets what was not asked for the longest. */

export interface BoundedMap<T> {
  get: (key: string) => T | undefined;
  set: (key: string, value: T) => void;
  delete: (key: string) => void;
  clear: () => void;
  values: () => T[];
  entries: () => [string, T][];
}

export function createBoundedMap<T>(limit: number): BoundedMap<T> {
  const map = new Map<string, T>();
  const put = (key: string, value: T): void => {
    map.delete(key);
    map.set(key, value);
  };
  return {
    get(key) {
      const value = map.get(key);
      if (value !== undefined) put(key, value);
      return value;
    },
    set(key, value) {
      put(key, value);
      const [oldest] = map.keys();
      if (map.size > limit && oldest !== undefined) map.delete(oldest);
    },
    delete: (key) => void map.delete(key),
    clear: () => map.clear(),
    values: () => [...map.values()],
    entries: () => [...map.entries()],
  };
}
