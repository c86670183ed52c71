import { describe, expect, it } from 'vitest';
import { mayBeHostRefusal, recogniseHostRefusal } from '../../../electron/engine/proxy/host-refused.ts';

const VITE = 'Blocked request. This host ("shop.local") is not allowed.\nTo allow this host, add "shop.local" to ';

describe('a host refused by a dev server', () => {
  it.each([
    ['Vite', 403, 'text/plain', `${VITE}\`server.allowedHosts\` in vite.config.js.`, 'server.allowedHosts'],
    ['Vite preview', 403, 'text/plain', `${VITE}\`preview.allowedHosts\` in vite.config.js.`, 'preview.allowedHosts'],
    ['Angular', 403, 'text/html', `${VITE}allowedHosts under the serve target in angular.json.`, 'angular.json'],
    ['webpack-dev-server', 403, 'text/html', 'Invalid Host header', 'devServer.allowedHosts'],
    ['webpack-dev-server', 200, 'text/html', 'Invalid Host header', 'devServer.allowedHosts'],
    ['Rails', 403, 'text/html; charset=utf-8', '<h1>Blocked hosts: shop.local</h1>', 'config.hosts'],
    [
      'Rails',
      403,
      'text/plain',
      'Requests to a are not allowed! To allow them:\n Rails.application.config.hosts << "a"',
      'config.hosts',
    ],
    ['Django', 400, 'text/html', '<title>DisallowedHost at /</title>', 'ALLOWED_HOSTS'],
    ['Django', 400, 'text/html', 'Invalid HTTP_HOST header: &#x27;shop.local&#x27;.', 'ALLOWED_HOSTS'],
    ['Next.js', 403, undefined, 'Unauthorized', 'allowedDevOrigins'],
    ['ASP.NET Core', 400, 'text/html', '<h2>Bad Request - Invalid Hostname</h2>', 'AllowedHosts'],
  ])('is recognised from %s (%i)', (framework, status, contentType, body, remedy) => {
    expect(recogniseHostRefusal(status, contentType, body)).toMatchObject({
      framework,
      fix: expect.stringContaining(remedy) as string,
    });
    expect(mayBeHostRefusal(status, contentType, String(body.length))).toBe(true);
  });

  it('is not seen in other answers', () => {
    expect(recogniseHostRefusal(403, 'text/plain', 'Forbidden')).toBeUndefined();
    expect(recogniseHostRefusal(403, 'text/plain', 'Unauthorized')).toBeUndefined();
    expect(recogniseHostRefusal(200, 'text/html', 'How to fix Invalid Host header')).toBeUndefined();
    expect(recogniseHostRefusal(403, 'application/json', VITE)).toBeUndefined();
    expect(mayBeHostRefusal(200, 'text/html', '100')).toBe(false);
    expect(mayBeHostRefusal(404, 'text/html')).toBe(false);
    expect(mayBeHostRefusal(403, 'application/json')).toBe(false);
  });
});
