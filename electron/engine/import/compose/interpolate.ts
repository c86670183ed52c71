/** Variables in a compose file: `$NAME`, `${NAME}`, `${NAME:-default}`, `$$`. */

export function interpolate(text: string, env: Record<string, string | undefined>): string {
  const own = (name: string): string | undefined => (Object.hasOwn(env, name) ? env[name] : undefined);
  return text.replace(
    /\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:(:?[-?+])([^{}]*))?\}/g,
    (whole, bare: string | undefined, name: string | undefined, sign: string | undefined, other = '') => {
      if (whole === '$$') return '$';
      const value = own(bare ?? name ?? '');
      const isThere = value !== undefined && (sign?.startsWith(':') !== true || value !== '');
      if (sign?.endsWith('+')) return isThere ? (other as string) : '';
      return isThere ? value : sign?.endsWith('-') ? (other as string) : '';
    },
  );
}
