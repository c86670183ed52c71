/** How services are told, and what the form makes of what is typed: without a browser. */
import { describe, expect, it } from 'vitest';
import { dockerSteps } from '../../renderer/screens/services/docker-steps.ts';
import { checkService, finishService, nameFor, placeAt, valueFrom } from '../../renderer/store/service-fields.ts';
import { addLines, LOG_LINES_KEPT } from '../../renderer/store/service-log.ts';
import { kindText, maskLine, maskUrl, percentText, spanText, splitImage } from '../../renderer/store/service-words.ts';
import { catalogue } from '../../electron/engine/services/catalogue.ts';
import { SERVICE_TYPES, serviceSchema } from '../../shared/service-config.ts';
import { namedAnswers, makeService, PASSWORD } from './canned-services.ts';
import type { ServiceAddress, ServiceSecret } from '../../shared/service.ts';

describe('words of services', () => {
  it.each([
    [900, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_800_000, '2 h 10 min'],
    [7_200_000, '2 h'],
    [190_000_000, '2 d 4 h'],
    [-5, '0 s'],
  ])('%i ms is %j', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it('percents, images and kinds', () => {
    expect([percentText(0.04), percentText(9.95), percentText(138.2)]).toEqual(['0.0 %', '9.9 %', '138 %']);
    expect(splitImage('registry.test:5000/postgres')).toEqual({
      repository: 'registry.test:5000/postgres',
      tag: undefined,
    });
    expect(splitImage('registry.test:5000/postgres:17').tag).toBe('17');
    const kind = (type: 'postgresql' | 'custom', image: string): string => kindText({ type, image }, catalogue());
    expect(kind('postgresql', 'postgres:17')).toBe('PostgreSQL 17');
    expect(kind('postgresql', 'postgis/postgis:16')).toBe('postgis/postgis:16');
    expect(kind('custom', 'nats:2')).toBe('nats:2');
  });

  it.each(SERVICE_TYPES)(
    'a line of %s without its password is that with the password and dots in its place',
    (type) => {
      const service = makeService('db', { type });
      const named = namedAnswers([service]);
      const plain = (named['services.url']!['db'] as { value: ServiceAddress }).value;
      const secret = (named['services.secret']!['db'] as { value: ServiceSecret }).value;
      const dotted = (text: string): string => text.replaceAll(PASSWORD, '••••••••');
      expect(maskUrl(plain.url, type)).toBe(dotted(secret.url));
      for (const [index, { client, line }] of plain.lines.entries())
        // This client asks for the password itself.
        if (client !== 'mysql') expect(maskLine(line, plain.url, type)).toBe(dotted(secret.lines[index]!.line));
    },
  );
});

describe('the entry that the form makes', () => {
  it('leaves out what is empty, trims texts, and writes a bare domain in short', () => {
    const value = { name: ' db ', version: '', volumes: [], domain: { domain: ' db.test ' } };
    expect(finishService('redis', { ...value, domain: { domain: 'db.test' } })).toEqual({
      type: 'redis',
      name: 'db',
      domain: 'db.test',
    });
    expect(valueFrom({ name: 'db', domain: 'db.test' })).toEqual({ name: 'db', domain: { domain: 'db.test' } });
  });

  it('has a free name where none is typed', () => {
    expect(nameFor('postgresql', {}, [])).toBe('postgres');
    expect(nameFor('postgresql', {}, ['postgres', 'postgres-2'])).toBe('postgres-3');
    expect(nameFor('custom', { image: 'ghcr.io/a/Be_st.img@sha256:00' }, [])).toMatch(/^Be_st\.img/);
    expect(nameFor('custom', { image: '***' }, [])).toBe('service');
    for (const image of ['-x', '.', 'a'.repeat(200), 'x/..y:1'])
      expect(serviceSchema.safeParse({ name: nameFor('custom', { image }, []) }).success, image).toBe(true);
  });

  it('is checked by its schema, in plain words at the field', () => {
    const errors = checkService('custom', { name: 'x', volumes: [{ name: 'v', container_path: 'data' }] }, ['x']);
    expect(errors).toEqual({
      '["image"]': 'Name an image, as in rabbitmq:4.',
      '["name"]': 'There is a service "x" already.',
      '["volumes",0,"container_path"]': 'Begin with a slash, as in /data.',
    });
    expect(checkService('redis', {}, [])).toEqual({});
    expect(checkService('redis', { domain: { domain: 'a.test', entrypoint: '70000' } }, [])).toEqual({
      '["domain","entrypoint"]': 'Use a port, from 1 to 65535.',
    });
  });

  it('finds the field that a problem speaks of', () => {
    expect(placeAt(['service', 'exposed_ports', 0], undefined)).toBe('["exposed_ports"]');
    expect(placeAt(['services', 2, 'domain'], 2)).toBe('["domain","domain"]');
    expect(placeAt(['services', 1, 'name'], 2)).toBeUndefined();
    expect(placeAt(['server', 0], undefined)).toBeUndefined();
  });
});

describe('what else the screen is made of', () => {
  it('a log takes each line once and keeps the newest', () => {
    const line = (second: number) => ({
      at: `2026-01-01T00:${String(second).padStart(6, '0')}`,
      stream: 'stdout' as const,
      text: '',
    });
    const first = addLines([], [line(1), line(2)]);
    expect(addLines(first, [line(1), line(2)])).toBe(first);
    expect(addLines(first, [line(2), line(3)]).map(({ id }) => id)).toEqual([1, 2, 3]);
    const many = addLines(
      first,
      Array.from({ length: LOG_LINES_KEPT }, (_, index) => line(index + 3)),
    );
    expect([many.length, many.at(-1)?.id]).toEqual([LOG_LINES_KEPT, LOG_LINES_KEPT + 2]);
  });

  it('the steps to a Docker fit the system and the reason', () => {
    const linux = 'Mozilla/5.0 (X11; Linux x86_64)';
    expect(dockerSteps('DOCKER_MISSING', linux)[0]?.line).toBe('sudo apt install docker.io');
    expect(dockerSteps('DOCKER_UNAVAILABLE', linux)[0]?.line).toBe('sudo systemctl enable --now docker');
    expect(dockerSteps('DOCKER_FORBIDDEN', linux)[0]?.line).toContain('usermod');
    expect(dockerSteps('DOCKER_MISSING', 'Macintosh; Intel Mac OS X 10_15_7')[0]?.text).toContain('OrbStack');
    expect(dockerSteps(undefined, 'Windows NT 10.0')[1]?.line).toContain('winget');
    expect(dockerSteps('DOCKER_REMOTE', linux)[0]?.text).toContain('docker.host');
  });
});
