/** How much of a foreign config is read: a hostile one ends in a problem, not in a hang. */

/** In characters, of each file. */
export const MAX_SOURCE = 4 * 1024 * 1024;
/** Blocks in blocks. */
export const MAX_DEPTH = 40;
/** Files that include files, and snippets in snippets. */
export const MAX_INCLUDES_DEEP = 10;
/** Of one pattern. */
export const MAX_INCLUDED_FILES = 1_000;
/** Directives once all includes and snippets are in their places. */
export const MAX_DIRECTIVES = 200_000;
/** Ports of one range, as in `localhost:3000-3010`. */
export const MAX_PORT_RANGE = 100;
/** Of one site. */
export const MAX_ROUTES = 2_000;
/** Hosts of a block times its routes. */
export const MAX_HOST_ROUTES = 2_000_000;
