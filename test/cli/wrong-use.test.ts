/** What is typed wrongly: exit code 2, and what to type instead. */
import { describe, expect, it } from 'vitest';
import { cli } from '../kit/cli.ts';
import { tempHome } from '../kit/temp-home.ts';

describe('wrong use exits with 2', () => {
  it.each([
    [['nonsense']],
    [['lb']],
    [['lb', 'create']],
    [['lb', 'create', '-n', 'a.local']],
    [['explain', 'a.local', '--client', 'nobody']],
    [['explain', 'a.local', '-X', 'TWO WORDS']],
    [['domain', 'add', 'a b']],
    [['domain', 'add', 'a b', '--site', 'a.local']],
    [['rehearse', 'start', 'web-1', '--site', 'a.local', '-f', 'long']],
    [['explain']],
    [['status', '--loud']],
    [['events', '-t', 'many']],
    [['rollback', 'first']],
    [['map', 'a.local', '99999']],
    [[]],
  ])('%j', async (args) => {
    const result = await cli(tempHome(), args);
    expect(result.code).toBe(2);
    expect(result.err).not.toBe('');
  });

  it.each([
    [['stauts', '--json'], 'Did you mean status?'],
    [['lb', '--json'], 'Add --help for what it takes.'],
    [['map', '--json'], 'Add --help for what it takes.'],
  ])('%j says so in JSON too', async (args, fix) => {
    const { code, out } = await cli(tempHome(), args);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ code: 'CLI_USAGE', fix }] });
  });

  it('the help of each command has the options that all take', async () => {
    expect((await cli(tempHome(), ['lb', 'list', '--help'])).out).toMatch(/Global Options:[^]*--json/);
  });

  it('and help is no wrong use', async () => {
    expect(await cli(tempHome(), ['--help'])).toMatchObject({ code: 0, err: '' });
    expect(await cli(tempHome(), ['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });
});

it('a --socket where nobody listens is told as such', async () => {
  const { code, err } = await cli(tempHome(), ['-s', '/nowhere/control.sock', 'status']);
  expect(code).toBe(1);
  expect(err).toContain('No Mogoly listens on /nowhere/control.sock. Check the path given to --socket.');
});
