/** The pure parts of services: what a config makes of a container, how clients connect, what Docker says, what it logs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, kindOf } from '../../../electron/engine/services/catalogue.ts';
import { changesOf } from '../../../electron/engine/services/changes.ts';
import { dockerProblem } from '../../../electron/engine/services/docker-problem.ts';
import { besideConfig, labelledSites } from '../../../electron/engine/services/labels.ts';
import { parseLog } from '../../../electron/engine/services/logs.ts';
import { createLayers } from '../../../electron/engine/services/pull.ts';
import { makePassword, openSecrets } from '../../../electron/engine/services/secrets.ts';
import { pullReference, recordOf, specOf } from '../../../electron/engine/services/spec.ts';
import { serviceSchema, SERVICE_TYPES, type ServiceFile } from '../../../shared/service-config.ts';

const spec = (service: ServiceFile) => specOf(serviceSchema.parse(service), 'mogoly-x');
// A database named "." or ".." has no place in a URL.
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((word) => !/^\.{1,2}$/.test(word));

describe('a connection string', () => {
  it.each(SERVICE_TYPES.filter((type) => type !== 'custom'))(
    'of %s is read back whatever the credentials are',
    (type) => {
      const { hasUser, hasDatabase, url } = kindOf(type);
      fc.assert(
        fc.property(text, text, text, (username, password, database) => {
          const read = new URL(url({ host: '127.0.0.1', port: 7, username, password, database }));
          expect(read.port).toBe('7');
          expect(decodeURIComponent(read.password)).toBe(password);
          if (hasUser) expect(decodeURIComponent(read.username)).toBe(username);
          if (hasDatabase) expect(decodeURIComponent(read.pathname.slice(1))).toBe(database);
        }),
      );
    },
  );

  it('of a line for a shell is one word to it', () => {
    const place = { host: '127.0.0.1', port: 1, username: "o'neil", password: 'a b', database: 'x' };
    const line = kindOf('mysql').lines(place)[0]!.line;
    expect(line).toBe("mysql -h 127.0.0.1 -P 1 -u 'o'\\''neil' -p'a b' x");
    expect(kindOf('mongodb').url({ ...place, username: 'root' })).toBe(
      'mongodb://root:a%20b@127.0.0.1:1/x?authSource=admin',
    );
  });
});

describe('a kind', () => {
  it('gives its credentials the way its image takes them', () => {
    const known = { username: 'dev', password: 'p', database: 'd' };
    expect(kindOf('mysql').environment(known)).toEqual({
      ...{ MYSQL_ROOT_PASSWORD: 'p', MYSQL_DATABASE: 'd', MYSQL_USER: 'dev', MYSQL_PASSWORD: 'p' },
    });
    expect(kindOf('mariadb').environment({ ...known, username: 'root' })).toEqual({
      ...{ MARIADB_ROOT_PASSWORD: 'p', MARIADB_DATABASE: 'd' },
    });
    expect(kindOf('mongodb').environment(known)).toMatchObject({ MONGO_INITDB_ROOT_USERNAME: 'dev' });
    expect(kindOf('redis').command(known)?.slice(-2)).toEqual(['--requirepass', 'p']);
    expect(catalogue().map(({ type }) => type)).toEqual([...SERVICE_TYPES].sort((a, b) => order(a) - order(b)));
  });
  const order = (type: string): number => SERVICE_TYPES.indexOf(type as 'redis');
});

describe('an entry of the config', () => {
  it('has defaults of its type, and a volume for its data', () => {
    expect(spec({ type: 'postgres', name: 'app-db' })).toMatchObject({
      ...{ type: 'postgresql', image: 'postgres:17', username: 'postgres', database: 'app_db' },
      ports: [{ container: '5432/tcp' }],
      volumes: [{ name: 'mogoly-x-data', path: '/var/lib/postgresql/data', isReadOnly: false }],
    });
    expect(spec({ type: 'redis', name: 'r', use_latest_version: true }).image).toBe('redis:latest');
    expect(spec({ name: 'c', image: 'ghcr.io/a/b@sha256:1' }).image).toBe('ghcr.io/a/b@sha256:1');
    const own = spec({ type: 'mysql', name: 'm', volumes: [{ name: '/data', container_path: '/var/lib/mysql' }] });
    expect(own.volumes).toHaveLength(1);
    expect(spec({ type: 'redis', name: 'p', exposed_ports: ['16379:6379', '127.0.0.1:9:9/udp'] }).ports).toEqual([
      { container: '6379/tcp', host: 16_379 },
      { container: '9/udp', host: 9 },
    ]);
  });

  it('that did not change changes nothing; what changes says what it does to the data', () => {
    const was: ServiceFile = { type: 'postgresql', name: 'db', version: '16', password: 'one' };
    const keys = (next: Partial<ServiceFile>) =>
      changesOf(spec({ ...was, ...next }), recordOf(spec(was))).map(({ key, data }) => `${key} ${data}`);
    expect(keys({})).toEqual([]);
    expect(keys({ version: '17' })).toEqual(['version risk']);
    expect(keys({ version: '16.4' })).toEqual(['version kept']);
    expect(keys({ username: 'x', database_name: 'y' })).toEqual(['username ignored', 'database_name ignored']);
    expect(keys({ password: 'two' })).toEqual(['password ignored']);
    expect(keys({ password: undefined })).toEqual([]);
    expect(keys({ variables: { A: '1' }, exposed_ports: ['1:5432'] })).toEqual([
      'variables kept',
      'exposed_ports kept',
    ]);
    expect(keys({ volumes: [{ name: 'v', container_path: '/var/lib/postgresql/data' }] })).toEqual(['volumes risk']);
  });

  it('keeps no secret in its label', () => {
    const record = JSON.stringify(
      recordOf(spec({ type: 'redis', name: 'r', password: 'hush', variables: { K: 'hush' } })),
    );
    expect(record).not.toContain('hush');
  });

  it.each([
    ['redis:7', 'm:5000/library/redis:7'],
    ['a/b:1', 'm:5000/a/b:1'],
    ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
    ['localhost/a:1', 'localhost/a:1'],
    ['redis@sha256:00', 'redis@sha256:00'],
  ])('%s is pulled as %s where there is a mirror', (image, reference) => {
    expect(pullReference(image, 'http://m:5000/')).toBe(reference);
    expect(pullReference(image, undefined)).toBe(image);
  });
});

describe('a log', () => {
  const frame = (stream: number, body: Buffer): Buffer => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  };

  it('gives its lines with their stream, however they are cut into frames', () => {
    const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`;
    const line = fc.record({ stream: fc.constantFrom(1, 2), said: fc.string({ unit: 'grapheme' }) });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
        const clean = lines.map(({ stream, said }) => ({ stream, said: said.replace(/[\r\n]/g, '') }));
        const frames = clean.flatMap(({ stream, said }, index) => {
          const letters = [...`${at(index)} ${said}\n`];
          const parts = [];
          while (letters.length > 0) parts.push(frame(stream, Buffer.from(letters.splice(0, size * 8).join(''))));
          return parts;
        });
        expect(parseLog(Buffer.concat(frames))).toEqual(
          clean.map(({ stream, said }, index) => ({
            at: at(index),
            stream: stream === 2 ? 'stderr' : 'stdout',
            text: said,
          })),
        );
      }),
    );
  });

  it('never fails on bytes that are none', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseLog(Buffer.from(bytes))));
  });
});

describe('the progress of a pull', () => {
  it('stays within 0 and 100, and ends at 100', () => {
    const layers = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(layers, (totals) => {
        const pull = createLayers();
        const steps = ['Downloading', 'Download complete', 'Extracting', 'Pull complete'];
        for (const status of steps)
          for (const [index, total] of totals.entries()) {
            pull.take({ id: `l${index}`, status, progressDetail: { current: total, total } });
            const { percent, bytes, totalBytes } = pull.progress();
            expect(percent >= 0 && percent <= 100 && bytes <= totalBytes).toBe(true);
          }
        expect(pull.progress().percent).toBe(100);
      }),
    );
  });
});

describe('what Docker says', () => {
  it.each([
    ['write /x: no space left on device', 'DOCKER_DISK_FULL'],
    ['Bind for 127.0.0.1:5432 failed: port is already allocated', 'SERVICE_PORT_TAKEN'],
    ['pull access denied for x, repository does not exist', 'SERVICE_PULL_REFUSED'],
    ['manifest unknown: manifest unknown', 'SERVICE_IMAGE_UNKNOWN'],
    ['dial tcp: lookup registry-1.docker.io: no such host', 'SERVICE_PULL_FAILED'],
    ['socket hang up', 'DOCKER_GONE'],
    ['something else', 'DOCKER_REFUSED'],
  ])('%s is %s, with what to do', (said, code) => {
    const told = dockerProblem(new Error(said), { service: 'db', image: 'x:1' });
    expect(told).toMatchObject({ code, fix: expect.any(String) as string });
  });
});

describe('labels', () => {
  const container = (name: string, labels: Record<string, string>, rest: object = {}) =>
    ({
      ...{
        Id: name,
        Names: [`/${name}`],
        Labels: labels,
        Created: 1,
        Ports: [],
        HostConfig: { NetworkMode: 'default' },
      },
      NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
      ...rest,
    }) as unknown as Parameters<typeof labelledSites>[0][number];
  const labels = { 'mogoly.host': 'Shop.local', 'mogoly.port': '3000' };
  const publishedOn = (IP: string) => ({ Ports: [{ IP, PrivatePort: 3_000, PublicPort: 8_000, Type: 'tcp' }] });
  const only = (item: ReturnType<typeof container>, reaches = true) => labelledSites([item], reaches)[0];

  it('lead to the published port, else to the container where it can be reached', () => {
    expect(only(container('a', labels, publishedOn('0.0.0.0')))?.url).toBe('http://127.0.0.1:8000');
    expect(only(container('a', labels, publishedOn('192.168.1.5')))?.url).toBe('http://192.168.1.5:8000');
    expect(only(container('a', labels, publishedOn('::1')))?.url).toBe('http://[::1]:8000');
    expect(only(container('a', labels))).toEqual({ host: 'shop.local', container: 'a', url: 'http://172.17.0.2:3000' });
    expect(only(container('a', labels), false)?.problem?.code).toBe('LABEL_PORT_UNPUBLISHED');
    const host = { HostConfig: { NetworkMode: 'host' }, NetworkSettings: { Networks: { host: { IPAddress: '' } } } };
    expect(only(container('a', labels, host))?.url).toBe('http://127.0.0.1:3000');
  });

  it('of two containers with one host are the older one’s, in whatever order Docker lists them', () => {
    const [old, young] = [container('old', labels), container('young', labels, { Created: 2 })];
    for (const order of [
      [old, young],
      [young, old],
    ]) {
      const sites = labelledSites(order, true);
      expect(sites.map(({ container: name, problem }) => [name, problem?.code])).toEqual([
        ['old', undefined],
        ['young', 'LABEL_HOST_TAKEN'],
      ]);
    }
    // Made in one second, which is all that Docker tells; it lists the newest first.
    const [first, second] = [container('b-first', labels), container('a-second', labels)];
    expect(labelledSites([second, first], true).find(({ url }) => url)?.container).toBe('b-first');
    const [site] = besideConfig(labelledSites([old], true), (host) => host === 'shop.local');
    expect(site).toMatchObject({ container: 'old', problem: { code: 'LABEL_HOST_TAKEN' } });
    expect(site?.url).toBeUndefined();
  });
});

describe('kept passwords', () => {
  const files = () => {
    const kept = new Map<string, string>();
    return {
      kept,
      read: (file: string) => Promise.resolve(kept.get(file)),
      write: (file: string, body: string) => Promise.resolve(void kept.set(file, body)),
    };
  };
  const wrapper = {
    label: 'a keychain',
    wrap: (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0x5a)),
    unwrap: (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0x5a)),
  };

  it('are long, plain, and never the same', () => {
    const made = new Set(Array.from({ length: 200 }, makePassword));
    expect(made.size).toBe(200);
    for (const password of made) expect(password).toMatch(/^[A-Za-z2-9]{24}$/);
  });

  it('come back as they were, wrapped or not', async () => {
    for (const keychain of [undefined, wrapper]) {
      const disk = files();
      const secrets = openSecrets('/home', disk, keychain);
      await secrets.set('db', { username: 'dev', password: 'pässwörd ☂' });
      expect(await openSecrets('/home', disk, keychain).get('db')).toMatchObject({ value: { password: 'pässwörd ☂' } });
      const text = [...disk.kept.values()].join();
      expect(text.includes('pässwörd')).toBe(keychain === undefined);
    }
  });

  it('that a keychain wrapped are locked without it, and stay as they are', async () => {
    const disk = files();
    await openSecrets('/home', disk, wrapper).set('db', { password: 'p' });
    const before = [...disk.kept.values()];
    const without = openSecrets('/home', disk);
    expect(await without.get('db')).toMatchObject({ ok: false, problems: [{ code: 'SECRETS_LOCKED' }] });
    expect(await without.set('other', { password: 'q' })).toMatchObject({ ok: false });
    expect([...disk.kept.values()]).toEqual(before);
  });

  it('that cannot be wrapped or written are a problem, not a crash', async () => {
    const broken = {
      ...wrapper,
      wrap: () => {
        throw new Error('the keychain is locked');
      },
    };
    expect(await openSecrets('/home', files(), broken).set('db', { password: 'p' })).toMatchObject({
      ...{ ok: false, problems: [{ code: 'SECRETS_SAVE_FAILED' }] },
    });
  });
});
