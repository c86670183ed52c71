import { describe, expect, it } from 'vitest';
import { fillVariables as steps, type Filled } from '../../../electron/engine/config/variables.ts';
import { runAtOnce } from '../../../electron/engine/turns.ts';

const fillVariables = (...args: Parameters<typeof steps>): Filled => runAtOnce(steps(...args));

const fill = (variables: Record<string, unknown>, rest: Record<string, unknown>, env: Record<string, string> = {}) =>
  fillVariables({ variables, ...rest }, env);

describe('variables', () => {
  it('are filled in anywhere, also more than one in a text', () => {
    expect(fill({ A: '1', B: 'two' }, { list: [{ x: '${A}-${B}' }] }).value).toMatchObject({ list: [{ x: '1-two' }] });
  });
  it('come from the environment as well', () =>
    expect(fill({}, { x: '${env:HOME}/x' }, { HOME: '/root' }).value).toMatchObject({ x: '/root/x' }));
  it('are escaped by a second dollar', () =>
    expect(fill({ A: '1' }, { x: '$${A} ${A} $5 {A}' }).value).toMatchObject({ x: '${A} 1 $5 {A}' }));
  it('become a number where a number stands', () => {
    expect(fill({ P: '3000' }, { port: '${P}', weight: '${P}', url: '${P}', host: 'x${P}' }).value).toMatchObject({
      port: 3000,
      weight: 3000,
      url: '3000',
      host: 'x3000',
    });
  });
  it('become true or false where that stands', () =>
    expect(fill({ T: 'true' }, { backup: '${T}', name: '${T}' }).value).toMatchObject({ backup: true, name: 'true' }));
  it('may be written as a number', () =>
    expect(fill({ P: 3000 }, { port: '${P}' }).value).toEqual({ variables: { P: '3000' }, port: 3000 }));
  it('may be made of one another', () =>
    expect(fill({ A: 'a', B: '${A}b', C: '${B}c' }, { x: '${C}' }).value).toMatchObject({
      x: 'abc',
      variables: { C: 'abc' },
    }));
  it('leave what holds none shared with the input', () => {
    const server = [{ name: 'a' }];
    expect((fill({ A: '1' }, { server, x: '${A}' }).value as { server: unknown }).server).toBe(server);
  });
});

describe('wrong variables', () => {
  it('unknown: the nearest is named', () => {
    expect(fill({ API_PORT: '1' }, { port: '${API_PROT}' }).problems).toMatchObject([
      { code: 'CONFIG_VARIABLE_UNKNOWN', path: ['port'], fix: 'Did you mean "${API_PORT}"?' },
    ]);
    expect(fill({}, { port: '${env:NOPE_NOT_SET}' }).problems).toMatchObject([{ code: 'CONFIG_VARIABLE_UNKNOWN' }]);
  });
  it('in a circle', () =>
    expect(fill({ A: '${B}', B: '${A}' }, { x: '${A}' }).problems).toMatchObject([
      { code: 'CONFIG_VARIABLE_CYCLE', path: ['variables', 'A'] },
    ]));
  it('not closed', () =>
    expect(fill({}, { x: 'a${b' }).problems).toMatchObject([{ code: 'CONFIG_VARIABLE_SYNTAX', path: ['x'] }]));
  it('growing without end', () => {
    const variables = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `V${index}`,
        index === 0 ? 'xxxxxxxxxx' : `\${V${index - 1}}`.repeat(10),
      ]),
    );
    expect(fill(variables, {}).problems).toMatchObject([{ code: 'CONFIG_VARIABLE_TOO_LONG' }]);
  });
  it('named as a part of every object are unknown', () =>
    expect(fill({}, { x: '${constructor}${env:toString}' }).problems).toHaveLength(2));
});
