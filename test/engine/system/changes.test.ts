/** Changes to the system: recorded before they are made, made with the rights they need, taken back. */
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSystemChanges } from '../../../electron/engine/system/changes.ts';
import { runCommand } from '../../../electron/engine/system/command.ts';
import { createElevation, promptCommand } from '../../../electron/engine/system/elevate.ts';
import { openLedger } from '../../../electron/engine/system/ledger.ts';
import { failedStep, shellScript } from '../../../electron/engine/system/script.ts';
import { shellQuoted, shownCommand } from '../../../shared/shown-command.ts';
import { argumentQuoted, powershellScript } from '../../../electron/engine/system/script-windows.ts';
import type { StepCommand, SystemStep } from '../../../shared/system-change.ts';
import { tempHome } from '../../kit/temp-home.ts';

const step = (title: string, commands: StepCommand[], undo: StepCommand[], privileged = false): SystemStep => ({
  title,
  privileged,
  commands,
  writes: [],
  undo,
});
const put = (file: string, text: string): StepCommand => ({ file: 'tee', args: [file], input: text });
const drop = (file: string): StepCommand => ({ file: 'rm', args: [file] });

function open(isAdmin = true, home = tempHome()) {
  const ledger = openLedger(join(home, 'changes.json'));
  const elevation = createElevation({ mode: 'sudo', platform: 'linux', run: runCommand, isAdmin: () => isAdmin });
  return { home, ledger, changes: createSystemChanges({ ledger, elevation, run: runCommand }) };
}

describe('a change', () => {
  it('is made, recorded with its undo, and taken back', async () => {
    const { home, changes } = open();
    const file = join(home, 'made');
    expect(await changes.make('names', [step('Write a file', [put(file, 'hello\n')], [drop(file)])])).toMatchObject({
      ok: true,
    });
    expect(await readFile(file, 'utf8')).toBe('hello\n');
    expect(await changes.list()).toMatchObject([
      { id: 1, area: 'names', state: 'done', step: { title: 'Write a file' } },
    ]);
    expect((await stat(join(home, 'changes.json'))).mode & 0o777).toBe(0o600);
    expect(await changes.undo(1)).toMatchObject({ ok: true });
    await expect(readFile(file)).rejects.toThrow(/ENOENT/);
    expect(await changes.list()).toMatchObject([{ id: 1, state: 'undone' }]);
    expect(await changes.undo(1)).toMatchObject({ ok: false, problems: [{ code: 'SYSTEM_CHANGE_UNKNOWN' }] });
  });

  it('is on disk before it is made, and stays there when it fails', async () => {
    const { home, ledger, changes } = open();
    const seen = join(home, 'seen');
    const look = { file: 'cp', args: [join(home, 'changes.json'), seen] };
    const made = await changes.make('trust', [
      step('Look', [look], [{ file: 'true', args: [] }]),
      step('Fail', [{ file: 'sh', args: ['-c', 'echo no room >&2; exit 3'] }], [drop(seen)]),
      step('Never', [drop(seen)], []),
    ]);
    expect(made).toMatchObject({ ok: false, problems: [{ code: 'SYSTEM_STEP_FAILED' }] });
    expect(!made.ok && made.problems[0]!.message).toBe('sh ended with 3: no room.');
    expect(JSON.parse(await readFile(seen, 'utf8'))).toMatchObject([{ state: 'intended', step: { title: 'Look' } }]);
    expect((await ledger.list()).map(({ state }) => state)).toEqual(['done', 'intended']);
    expect(await changes.undoAll('trust')).toMatchObject({ ok: true });
    expect((await ledger.list()).map(({ state }) => state)).toEqual(['undone', 'undone']);
  });

  it('that cannot be taken back does not keep the others, the newest first', async () => {
    const { home, changes } = open();
    const log = join(home, 'log');
    const say = (text: string): StepCommand => ({ file: 'sh', args: ['-c', `echo ${text} >> ${log}`] });
    const fails = { file: 'false', args: [] };
    await changes.make('a', [step('1', [], [say('1')]), step('2', [], [fails]), step('3', [], [say('3')])]);
    expect(await changes.undoAll()).toMatchObject({ ok: false, problems: [{ code: 'SYSTEM_STEP_FAILED' }] });
    expect(await readFile(log, 'utf8')).toBe('3\n1\n');
  });
});

describe('a change to the same subject', () => {
  const trust = (title: string, undo: StepCommand[], subject = 'store'): SystemStep => ({
    ...step(title, [], undo),
    subject,
  });

  it('makes the earlier ones past, and one that only takes away leaves nothing to undo', async () => {
    const { home, changes } = open();
    const undo = [put(join(home, 'undone'), '')];
    await changes.make('trust', [trust('Install', undo), trust('Another', [], 'other')]);
    await changes.make('names', [trust('Install', [put(join(home, 'names'), '')])]);
    await changes.make('trust', [trust('Remove', [])]);
    expect((await changes.list()).map(({ state }) => state)).toEqual(['undone', 'done', 'done', 'done']);
    expect(await changes.undoAll()).toMatchObject({ ok: true });
    await expect(stat(join(home, 'undone'))).rejects.toThrow(/ENOENT/);
    expect((await stat(join(home, 'names'))).isFile()).toBe(true);
  });
});

/** Runs the test with this script as `sudo`. */
async function withSudo(home: string, script: string, test: () => Promise<void>): Promise<void> {
  const bin = join(home, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'sudo'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'sudo'), 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = `${bin}:${before ?? ''}`;
  await test().finally(() => (process.env['PATH'] = before));
}

describe('elevation', () => {
  it('takes all back after one question, and asks no more after a refusal', async () => {
    const { home, changes } = open(false);
    const asked = async (): Promise<number> => (await readFile(join(home, 'asked'), 'utf8')).length;
    await withSudo(
      home,
      `printf . >> '${home}/asked'; test ! -e '${home}/no' || exit 1; shift; exec "$@"`,
      async () => {
        const files = ['one', 'two', 'three'].map((name) => join(home, name));
        const steps = files.map((file) => step(`Write ${file}`, [put(file, '')], [drop(file)], true));
        expect(await changes.make('names', steps)).toMatchObject({ ok: true });
        await writeFile(join(home, 'no'), '');
        expect(await changes.undoAll()).toMatchObject({ ok: false, problems: [{ code: 'SYSTEM_ELEVATION_REFUSED' }] });
        expect(await asked()).toBe(2);
        expect(await changes.make('names', steps)).toMatchObject({ ok: false });
        expect((await changes.list()).map(({ state }) => state)).toEqual([
          ...Array(3).fill('done'),
          ...Array(3).fill('undone'),
        ]);
        await rm(join(home, 'no'));
        expect(await changes.undoAll()).toMatchObject({ ok: true });
        expect(await asked()).toBe(4);
        for (const file of files) await expect(stat(file)).rejects.toThrow(/ENOENT/);
      },
    );
  });

  it('tells a step that failed from a refusal', async () => {
    const { home, changes } = open(false);
    await withSudo(home, 'shift; exec "$@"', async () => {
      const steps = [step('Fail', [put(join(home, 'a'), ''), { file: 'sh', args: ['-c', 'exit 1'] }], [], true)];
      const made = await changes.make('names', steps);
      expect(made).toMatchObject({ ok: false, problems: [{ code: 'SYSTEM_STEP_FAILED' }] });
      expect(!made.ok && made.problems[0]!.fix).toContain("sh -c 'exit 1'");
    });
  });

  it('names the program of each platform that runs the script', () => {
    expect(promptCommand('linux', "/tmp/it's/steps.sh")).toBe("sh '/tmp/it'\\''s/steps.sh'");
    expect(promptCommand('win32', 'C:\\Users\\a b\\steps.ps1')).toBe(
      'powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "C:\\Users\\a b\\steps.ps1"',
    );
  });

  it('asks once for all steps in a row, through sudo', async () => {
    const { home, changes } = open(false);
    await withSudo(home, `echo "$*" >> '${home}/asked'; shift; exec "$@"`, async () => {
      const files = ['one', 'two'].map((name) => join(home, name));
      const steps = files.map((file) => step(`Write ${file}`, [put(file, "it's $HOME\n")], [drop(file)], true));
      expect(await changes.make('names', steps)).toMatchObject({ ok: true });
      for (const file of files) expect(await readFile(file, 'utf8')).toBe("it's $HOME\n");
      expect((await readFile(join(home, 'asked'), 'utf8')).trim().split('\n')).toHaveLength(1);
    });
  });

  it('that is refused says what to run by hand', async () => {
    const elevation = createElevation({ mode: 'none', platform: 'linux', run: runCommand, isAdmin: () => false });
    const refused = await elevation.runPrivileged([{ file: 'cp', args: ['/a b', '/c'] }]);
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'SYSTEM_ELEVATION_REFUSED' }] });
    expect(!refused.ok && refused.problems[0]!.fix).toContain("cp '/a b' /c");
  });
});

describe('a script', () => {
  it('gives each program the words and the input it was meant to have', async () => {
    const word = fc.string({ unit: 'binary', minLength: 0, maxLength: 20 }).map((text) => text.replaceAll('\0', ''));
    const home = tempHome();
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 4 }), word, async (args, input) => {
        const out = join(home, 'out');
        const program = `const fs = require('fs'); fs.writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), fs.readFileSync(0, 'utf8')]))`;
        const script = join(home, 'script.sh');
        await writeFile(
          script,
          shellScript([{ file: process.execPath, args: ['-e', program, '--', out, ...args], input }]),
        );
        const ran = await runCommand('sh', [script]);
        expect(ran).toMatchObject({ code: 0 });
        expect(JSON.parse(await readFile(out, 'utf8'))).toEqual([args, input]);
      }),
      { numRuns: 25 },
    );
  });

  it('ends at the first failure, and says which', async () => {
    const home = tempHome();
    const script = join(home, 'script.sh');
    await writeFile(
      script,
      shellScript([{ file: 'true', args: [] }, { file: 'sh', args: ['-c', 'exit 5'] }, put(join(home, 'never'), '')]),
    );
    const ran = await runCommand('sh', [script]);
    expect(failedStep(ran.code)).toBe(1);
    expect(ran.stderr).toContain('step 2 of 3 failed: sh, 5');
    await expect(stat(join(home, 'never'))).rejects.toThrow(/ENOENT/);
  });

  it('shows commands as people type them', () => {
    expect(shownCommand({ file: 'cp', args: ['-f', '/a', "it's"] })).toBe("cp -f /a 'it'\\''s'");
    expect(shellQuoted('$(rm -rf ~)')).toBe("'$(rm -rf ~)'");
  });
});

describe('a script of PowerShell', () => {
  it('quotes arguments as Windows programs read them', () => {
    expect(argumentQuoted('a b')).toBe('"a b"');
    expect(argumentQuoted('say "hi"')).toBe('"say \\"hi\\""');
    expect(argumentQuoted('C:\\dir\\')).toBe('"C:\\dir\\\\"');
    expect(argumentQuoted('\\"')).toBe('"\\\\\\""');
  });

  it('runs each program with its words and its input, and ends with the number of the one that failed', () => {
    const script = powershellScript([
      { file: 'certutil.exe', args: ['-user', "it's"] },
      { file: 'more', args: [], input: 'é' },
    ]);
    const lines = script.split('\r\n');
    expect(script.startsWith('\uFEFFfunction Run(')).toBe(true);
    expect(lines.slice(-4)).toEqual([
      `Run 'certutil.exe' '"-user" "it''s"' ([Convert]::FromBase64String('')) 150`,
      `Run 'more' '' ([Convert]::FromBase64String('w6k=')) 151`,
      'exit 0',
      '',
    ]);
  });
});

describe('the ledger', () => {
  it('that cannot be read is set aside, not lost', async () => {
    const home = tempHome();
    const file = join(home, 'changes.json');
    await writeFile(file, '{"half":');
    const ledger = openLedger(file);
    await ledger.intend('names', step('First', [], []));
    expect(await readFile(`${file}.unreadable`, 'utf8')).toBe('{"half":');
    expect(await ledger.list()).toHaveLength(1);
  });
});

describe('a program', () => {
  it('that is not there, too slow or too loud is told apart', async () => {
    expect(await runCommand('mogoly-is-no-program', [])).toMatchObject({ code: 127 });
    expect(await runCommand('sleep', ['10'], { timeoutMs: 50 })).toMatchObject({ code: 124 });
    expect(await runCommand('cat', [], { input: 'in' })).toMatchObject({ code: 0, stdout: 'in' });
  });
});
