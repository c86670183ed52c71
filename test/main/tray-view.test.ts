import { describe, expect, it } from 'vitest';
import { trayView } from '../../electron/main/tray-view.ts';
import type { HealthStatus, ListenerState, SiteState } from '../../shared/state.ts';

const site = (name: string, health: HealthStatus, rest: Partial<SiteState> = {}): SiteState => ({
  name,
  hosts: [name],
  disabled: false,
  url: `http://${name}:8080`,
  routes: [],
  health,
  requests: 0,
  ...rest,
});

const open: ListenerState[] = [{ kind: 'http', address: '127.0.0.1', port: 8080 }];
const blocked: ListenerState = {
  kind: 'http',
  address: '::1',
  port: 80,
  problem: { code: 'LISTEN_REFUSED', severity: 'error', message: 'Port 80 is taken.' },
};
const running = (...sites: SiteState[]) => trayView({ status: 'running', sites, listeners: open });

describe('the tray', () => {
  it('a healthy engine is quiet and can be stopped', () => {
    const view = running(site('a.test', 'healthy'), site('b.test', 'unknown'));
    expect(view).toMatchObject({ icon: 'running', line: 'Routing 2 sites', canStart: false, canStop: true });
  });

  it('one backend down is degraded, and the site is named', () => {
    expect(running(site('a.test', 'healthy'), site('b.test', 'degraded'))).toMatchObject({
      icon: 'degraded',
      line: 'b.test has a backend down',
    });
  });

  it('a site down among others is degraded, all of them down is down', () => {
    expect(running(site('a.test', 'healthy'), site('b.test', 'down'))).toMatchObject({
      icon: 'degraded',
      line: 'b.test is down',
    });
    expect(running(site('a.test', 'down'))).toMatchObject({ icon: 'down', line: 'a.test is down' });
  });

  it('a port that is not open shows, and all of them closed is down', () => {
    const sites = [site('a.test', 'healthy')];
    expect(trayView({ status: 'running', sites, listeners: [...open, blocked] })).toMatchObject({
      icon: 'degraded',
      line: 'Port 80 is not open',
    });
    expect(trayView({ status: 'running', sites, listeners: [blocked] }).icon).toBe('down');
  });

  it('a stopped engine can be started, one on its way can be neither', () => {
    const view = trayView({ status: 'stopped', sites: [site('a.test', 'down')], listeners: [] });
    expect(view).toMatchObject({ icon: 'stopped', line: 'Routing is off', canStart: true, canStop: false });
    expect(view.sites[0]?.label).toBe('a.test');
    expect(trayView({ status: 'stopping', sites: [], listeners: [] })).toMatchObject({
      canStart: false,
      canStop: false,
    });
  });

  it('sites carry their shape; disabled ones are left out, and those beyond the menu are counted', () => {
    const sites = Array.from({ length: 20 }, (_, index) =>
      site(`s${index}.test`, 'healthy', { disabled: index === 0 }),
    );
    const view = running(...sites);
    expect(view.sites).toHaveLength(15);
    expect(view.sites[0]).toEqual({ label: '● s1.test', url: 'http://s1.test:8080' });
    expect(view.more).toBe(4);
  });

  it('carries what the doctor found, whatever the engine does', () => {
    expect(trayView({ status: 'stopped', sites: [], listeners: [] }, 2)).toMatchObject({
      icon: 'stopped',
      findings: 2,
    });
    expect(running(site('a.test', 'healthy')).findings).toBe(0);
  });
});
