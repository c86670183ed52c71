/** A shadow root for an editor: there its style sheets are adopted ones, which the window's strict CSP allows. */

/** The root of the host, emptied; made at the first call. */
export function shadowOf(host: HTMLElement): { root: ShadowRoot; parent: HTMLElement } {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const parent = document.createElement('div');
  parent.style.height = '100%';
  root.replaceChildren(parent);
  return { root, parent };
}
