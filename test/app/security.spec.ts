import { fileURLToPath } from 'node:url';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import type { RunningApp } from '../kit/app.ts';
import { freePort } from '../kit/free-port.ts';

const configOn = (port: number): string =>
  `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver: []\n`;

test.describe('the window', () => {
  let running: RunningApp;
  let port = 0;
  test.beforeAll(async () => {
    port = await freePort();
    running = await startApp({ config: configOn(port) });
  });
  test.afterAll(() => running.close());

  test('is sandboxed and isolated', async () => {
    const settings = await running.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences: () => Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    expect(settings).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    });
    expect(settings['webviewTag']).not.toBe(true);
  });

  test('has no Node, and nothing of the app but window.api', async () => {
    const seen = await running.page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in window),
      api: Object.keys(window.api).sort(),
      app: Object.keys(window.api.app).sort(),
    }));
    expect(seen).toEqual({ globals: [], api: ['app', 'call', 'onPush'], app: ['call', 'info', 'onAsk'] });
  });

  test('comes from app:// under a policy with nothing unsafe', async () => {
    expect(new URL(running.page.url()).protocol).toBe('app:');
    const policy = await running.page.evaluate(async () =>
      (await fetch('/index.html')).headers.get('content-security-policy'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test('reads no file outside its folder', async () => {
    const statuses = await running.page.evaluate(() =>
      Promise.all(
        ['/..%2fmain.cjs', '/%2e%2e/main.cjs', '/..%5c..%5cpackage.json', '/%2fetc%2fpasswd', '/nothing.js'].map(
          async (address) => (await fetch(address)).status,
        ),
      ),
    );
    expect(statuses).toEqual([404, 404, 404, 404, 404]);
  });

  test('runs no inline code and no code from text', async () => {
    const ran = await running.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      script.remove();
      return 'ran' in window;
    });
    expect(ran).toBe(false);
  });

  test('reaches no network', async () => {
    const reached = await running.page.evaluate(
      (own) =>
        Promise.all(
          [own, 'https://example.com/', 'file:///etc/passwd'].map((address) =>
            fetch(address).then(
              () => true,
              () => false,
            ),
          ),
        ),
      `http://127.0.0.1:${port}/`,
    );
    expect(reached).toEqual([false, false, false]);
  });

  test('does not leave its page', async () => {
    const before = running.page.url();
    await running.page.evaluate((own) => {
      location.href = own;
    }, `http://127.0.0.1:${port}/`);
    await running.page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'app://mogoly/assets/other.html';
      link.click();
    });
    await running.page.waitForTimeout(300);
    expect(running.page.url()).toBe(before);
  });

  test('opens no second window', async () => {
    const opened = await running.page.evaluate(() => window.open('https://example.com/') !== null);
    expect(opened).toBe(false);
    expect(running.app.windows()).toHaveLength(1);
  });

  test('gets no permission', async () => {
    const states = await running.page.evaluate(async () => [
      await Notification.requestPermission(),
      (await navigator.permissions.query({ name: 'geolocation' })).state,
    ]);
    expect(states).toEqual(['denied', 'denied']);
  });
});

test.describe('commands from the window', () => {
  let running: RunningApp;
  let port = 0;
  test.beforeAll(async () => {
    port = await freePort();
    running = await startApp({ config: configOn(port) });
  });
  test.afterAll(() => running.close());

  test('an unknown name is refused, also one of every object', async () => {
    const codes = await running.page.evaluate(async () => {
      const call = window.api.call as unknown as (
        name: unknown,
        body?: unknown,
      ) => Promise<{ problems?: { code: string }[] }>;
      const names = ['no.such', 'constructor', '__proto__', 'app.quit', 42, undefined];
      return Promise.all(names.map(async (name) => (await call(name)).problems?.[0]?.code));
    });
    expect(codes).toEqual(Array.from({ length: 6 }, () => 'COMMAND_UNKNOWN'));
  });

  test('a body that is not what the contract says is refused with its place', async () => {
    const answers = await running.page.evaluate(async () => {
      const { call, app } = window.api as unknown as {
        call: (name: string, body: unknown) => Promise<unknown>;
        app: { call: (name: string, body: unknown) => Promise<unknown> };
      };
      return Promise.all([
        call('config.apply', { text: 5 }),
        call('sites.remove', { site: 'a', extra: 1 }),
        app.call('window.setTheme', { theme: 'pink' }),
        app.call('app.revealFile', { file: '/etc/passwd' }),
      ]);
    });
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, problems: [{ severity: 'error' }] });
    expect(answers[0]).toMatchObject({ problems: [{ code: 'COMMAND_INVALID', path: ['text'] }] });
    expect(answers[2]).toMatchObject({ problems: [{ code: 'COMMAND_INVALID', path: ['theme'] }] });
  });

  test('only addresses of own sites reach the browser', async () => {
    const codes = await running.page.evaluate(async (own) => {
      const addresses = ['https://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', own];
      const answers = await Promise.all(addresses.map((url) => window.api.app.call('app.openUrl', { url })));
      return answers.map((answer) => (answer.ok ? 'opened' : answer.problems[0]?.code));
    }, `http://127.0.0.1:${port}/`);
    expect(codes).toEqual(['URL_NOT_OWN', 'URL_NOT_OWN', 'URL_NOT_OWN', 'URL_NOT_OWN']);
  });

  test('the engine is not ended from the window', async () => {
    expect(await running.call('daemon.quit')).toMatchObject({
      ok: false,
      problems: [{ code: 'CONTROL_QUIT_REFUSED' }],
    });
  });

  test('another page in the app is not answered', async () => {
    const preload = fileURLToPath(new URL('../../dist/preload.cjs', import.meta.url));
    const answer = await running.app.evaluate(async ({ BrowserWindow }, file) => {
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload: file, sandbox: true, contextIsolation: true },
      });
      await stranger.loadURL('app://mogoly/index.html');
      const got: unknown = await stranger.webContents.executeJavaScript('window.api.call("status.get")');
      stranger.destroy();
      return got;
    }, preload);
    expect(answer).toMatchObject({ ok: false, problems: [{ code: 'SENDER_REFUSED' }] });
  });

  test('the theme is kept', async () => {
    const answer = await running.page.evaluate(() => window.api.app.call('window.setTheme', { theme: 'dark' }));
    expect(answer).toEqual({ ok: true, value: { theme: 'dark' } });
    expect(await running.app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true);
    expect(await running.page.evaluate(() => window.api.app.call('window.getTheme'))).toEqual(answer);
  });
});
