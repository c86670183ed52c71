import { describe, expect, it } from 'vitest';
import {
  actionsFor,
  backendActions,
  SITES_SHOWN,
  siteActions,
  sitesFor,
  urlFrom,
} from '../../renderer/palette/items.ts';
import { makeBackend, makeSite } from './canned.ts';

const SITES = Array.from({ length: 5_000 }, (_, at) => makeSite(`site-${at}.test`, []));

describe('the palette', () => {
  it('finds actions by every word that was typed, in any order', () => {
    expect(actionsFor('dark theme', 'running').map(({ id }) => id)).toEqual(['theme.dark']);
    expect(actionsFor('dns', 'running').map(({ id }) => id)).toContain('go.names');
    expect(actionsFor('nothing like it', 'running')).toEqual([]);
  });

  it('offers to stop while it routes, and to start while it does not', () => {
    expect(actionsFor('routing', 'running').map(({ id }) => id)).toContain('routing.stop');
    expect(actionsFor('routing', 'running').map(({ id }) => id)).not.toContain('routing.start');
    expect(actionsFor('routing', 'stopped').map(({ id }) => id)).toContain('routing.start');
  });

  it('among thousands of sites shows a bounded number, those that begin with the text first', () => {
    const found = sitesFor([makeSite('my-site-49.test', []), ...SITES], 'site-49');
    expect(found).toHaveLength(SITES_SHOWN);
    expect(found[0]?.name).toBe('site-49.test');
    expect(sitesFor(SITES, 'site-4999').map(({ name }) => name)).toEqual(['site-4999.test']);
    expect(sitesFor(SITES, '  ')).toEqual([]);
    expect(sitesFor(SITES, '(')).toEqual([]);
  });

  it.each([
    ['shop.test/api', 'http://shop.test/api'],
    ['https://shop.test', 'https://shop.test'],
    ['shop.test:8443', 'http://shop.test:8443'],
    ['add site', undefined],
    ['theme: dark', undefined],
    ['', undefined],
  ])('%j is the URL %j', (typed, url) => {
    expect(urlFrom(typed)).toBe(url);
  });

  it('says what the other state of a site or a backend is', () => {
    const backend = makeBackend('a', 'web-1', { drain: true });
    const site = makeSite('a.test', [backend], { disabled: true });
    expect(siteActions(site).at(-1)?.title).toBe('Enable site');
    expect(backendActions(site).map(({ title }) => title)).toEqual(['Stop draining web-1', 'Disable web-1']);
  });
});
