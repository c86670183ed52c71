import { describe, expect, it } from 'vitest';
import { recogniseFramework, type Traces } from '../../../electron/engine/discovery/framework.ts';
import { dependenciesOf } from '../../../electron/engine/discovery/project.ts';
import { labelFor, titleOf } from '../../../shared/discovery.ts';

const traces = (
  line: string,
  rest: Partial<Record<'packages' | 'files', string[]>> & { answer?: string } = {},
): Traces => ({
  command: line === '' ? [] : line.split(' '),
  packages: new Set(rest.packages),
  files: new Set(rest.files),
  answer: rest.answer ?? '',
});

describe('by the command line', () => {
  it.each([
    ['node /home/me/shop/node_modules/.bin/vite', 'Vite'],
    ['node /home/me/shop/node_modules/vite/bin/vite.js --host', 'Vite'],
    ['C:\\node.exe C:\\shop\\node_modules\\vite\\bin\\vite.js', 'Vite'],
    ['next-server (v14.2.3)', 'Next.js'],
    ['node /app/node_modules/.bin/next dev', 'Next.js'],
    ['node /app/node_modules/next/dist/bin/next dev', 'Next.js'],
    ['node /app/node_modules/.bin/nuxt dev', 'Nuxt'],
    ['node /app/node_modules/.bin/astro dev', 'Astro'],
    ['ng serve', 'Angular'],
    ['node /app/node_modules/.bin/ng serve', 'Angular'],
    ['node /app/node_modules/webpack/bin/webpack.js serve', 'webpack'],
    ['node /app/node_modules/.bin/webpack-dev-server', 'webpack'],
    ['node /app/node_modules/react-scripts/scripts/start.js', 'Create React App'],
    ['ruby bin/rails server', 'Rails'],
    ['puma 6.4.2 (tcp://localhost:3000) [blog]', 'Puma'],
    ['python manage.py runserver', 'Django'],
    ['/usr/bin/python3 /venv/bin/flask run', 'Flask'],
    ['/venv/bin/python /venv/bin/uvicorn main:app --reload', 'uvicorn'],
    ['php artisan serve', 'Laravel'],
    ['/usr/bin/php8.2 -S localhost:8000', 'PHP'],
    ['java -cp app org.springframework.boot.loader.JarLauncher', 'Spring Boot'],
    ['python3 -m http.server 8000', 'Python'],
    ['hugo server', 'Hugo'],
  ])('%s is %s', (line, framework) => {
    expect(recogniseFramework(traces(line))).toBe(framework);
  });

  it.each([
    'node server.js',
    '/usr/bin/invite dev',
    'node /home/me/vite-shop/server.js',
    'node long.js',
    '',
    'contextd',
  ])('%j tells nothing', (line) => {
    expect(recogniseFramework(traces(line))).toBeUndefined();
  });
});

describe('by the project', () => {
  it.each([
    [['@sveltejs/kit', 'vite'], 'SvelteKit'],
    [['astro', 'vite'], 'Astro'],
    [['vite', 'react'], 'Vite'],
  ])('Vite with %j is %s', (packages, framework) => {
    expect(recogniseFramework(traces('node /a/node_modules/.bin/vite dev', { packages }))).toBe(framework);
  });

  it('a script of Node runs the server library it depends on, and not the bundler', () => {
    expect(recogniseFramework(traces('node server.js', { packages: ['express', 'vite'] }))).toBe('Express');
    expect(recogniseFramework(traces('node server.js', { packages: ['vite'] }))).toBeUndefined();
    expect(recogniseFramework(traces('ruby x.rb', { packages: ['express'] }))).toBeUndefined();
  });

  it('Puma in a Rails folder is Rails, PHP beside artisan is Laravel', () => {
    expect(recogniseFramework(traces('puma 6 (tcp)', { files: ['config.ru', 'bin'] }))).toBe('Rails');
    expect(recogniseFramework(traces('php -S localhost:1', { files: ['artisan'] }))).toBe('Laravel');
  });

  it('a package.json that is broken, or no object, has no dependencies', () => {
    for (const text of ['{', 'null', '[]', '{"dependencies":null}', '{"dependencies":3}'])
      expect([...dependenciesOf(text)]).toEqual([]);
    expect([...dependenciesOf('{"dependencies":{"a":"1"},"devDependencies":{"b":"2"}}')]).toEqual(['a', 'b']);
  });
});

describe('by the answer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\n\r\n<script type="module" src="/@vite/client"></script>', 'Vite'],
    ['HTTP/1.1 200 OK\r\nX-Powered-By: Next.js\r\n\r\n', 'Next.js'],
    ['HTTP/1.0 200 OK\r\nServer: Werkzeug/3.0 Python/3.12\r\n\r\n', 'Flask'],
    ['HTTP/1.1 404 Not Found\r\nServer: WSGIServer/0.2 CPython/3.12\r\n\r\n', 'Django'],
    ['HTTP/1.1 200 OK\r\nServer: Kestrel\r\n\r\n', 'ASP.NET Core'],
  ])('%j is %s', (answer, framework) => {
    expect(recogniseFramework(traces('', { answer }))).toBe(framework);
  });
});

describe('the name that is offered', () => {
  it.each([
    ['/home/me/My_Shop', 'my-shop'],
    ['C:\\code\\my shop\\', 'my-shop'],
    ['/srv/---', 'app'],
    ['/', 'app'],
    [`/x/${'a'.repeat(62)}-${'b'.repeat(9)}`, 'a'.repeat(62)],
    [undefined, 'app'],
  ])('%j gives %s', (folder, label) => {
    expect(labelFor(folder === undefined ? {} : { folder })).toBe(label);
  });

  it('and its title says folder and framework, or what there is', () => {
    const server = { port: 3000, address: '::1', url: '' };
    expect(titleOf({ ...server, folder: '/me/shop', framework: 'Vite', process: 'node' })).toBe('shop · Vite');
    expect(titleOf({ ...server, process: 'node' })).toBe('node');
    expect(titleOf({ ...server, process: 'nginx:' })).toBe('nginx');
    expect(titleOf(server)).toBe('port 3000');
  });
});
