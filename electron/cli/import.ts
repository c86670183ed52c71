/** `import`: sites from the config of another proxy, shown as a change of ours before it is made. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { IMPORT_SOURCES, type ImportSource } from '../../shared/import.ts';
import { diffLines } from '../../shared/line-diff.ts';
import { failure, problem, ProblemError, success, type Problem, type Result } from '../../shared/problem.ts';
import type { ImportPlan } from '../../shared/protocol.ts';
import { configOf } from '../engine/home-config.ts';
import { makeFolder } from '../engine/make-folder.ts';
import { ask, call } from './client.ts';
import type { Context, Runner } from './command.ts';
import { whyUnread } from './config-source.ts';
import { readLine, readStdin, type ExitCode } from './io.ts';
import { plain } from './print.ts';

interface Options {
  from?: ImportSource;
  config?: string;
  replace?: boolean;
  yes?: boolean;
}

export function register(program: Command, run: Runner): void {
  program
    .command('import')
    .description('add the sites of a Caddyfile, nginx.conf or compose file; shows the change and asks first')
    .argument('<file>', 'its includes are read too; - for standard input')
    .addOption(new Option('--from <proxy>', 'told by its name and text unless given').choices(IMPORT_SOURCES))
    .option('--config <file>', 'the config they are added to; that of the home folder unless given')
    .option('--replace', 'put them in the place of sites of the same name')
    .option('--yes', 'make the change without asking')
    .action(run((context, file: string, options: Options) => importConfig(context, file, options)));
}

/** The config as it is now, and how a change gets into it. */
interface Current {
  file: string;
  text: string;
  format: 'yaml' | 'json';
  check: (after: string) => Promise<Problem[]>;
  save: (plan: ImportPlan, after: string) => Promise<Result<{ revision?: number }>>;
}

async function importConfig(context: Context, given: string, options: Options): Promise<ExitCode> {
  const { print, io } = context;
  const source = { file: given === '-' ? 'stdin' : given, text: await readText(context, given) };
  const current = await readCurrent(context, options.config);
  const { planImport } = await import('../engine/import-config.ts');
  const { editText } = await import('../engine/config/edit.ts');
  const planned = take(planImport(source, { from: options.from, replace: options.replace, env: io.env }, current));
  const after = take(editText(current.text, current.format, planned.edits));
  const found = await current.check(after);
  const wrong = found.filter(({ severity }) => severity === 'error');
  show(context, planned, current, after);
  if (wrong.length > 0) throw new ProblemError(wrong.map((item) => inFile(item, current.file)));
  const isMeant = planned.edits.length > 0 && (options.yes === true || (await confirm(context, planned)));
  const saved = isMeant ? take(await current.save(planned, after)) : {};
  const { source: from, sites, notes } = planned;
  print.result(
    { from, sites, notes, config: current.file, before: current.text, after, written: isMeant, ...saved },
    () => print.line(closing(planned, current.file, isMeant)),
  );
  return 0;
}

function closing({ sites, edits }: ImportPlan, file: string, isMade: boolean): string {
  if (edits.length === 0) return 'There is nothing to add.';
  const count = sites.length === 1 ? '1 site' : `${sites.length} sites`;
  return isMade
    ? `Added ${count} to ${plain(file)}.`
    : `Nothing is written. Add --yes to write ${count} to ${plain(file)}.`;
}

const inFile = (item: Problem, file: string): Problem => ({ ...item, at: { line: 1, column: 1, ...item.at, file } });

function take<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problems);
  return result.value;
}

async function readText({ io }: Context, file: string): Promise<string> {
  if (file === '-') return readStdin(io);
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ProblemError([problem('IMPORT_UNREADABLE', whyUnread(file, error), { fix: 'Check the path.' })]);
  });
}

/** Of whoever runs on this home, unless a file is named; nothing needs to run. */
async function readCurrent({ target }: Context, named: string | undefined): Promise<Current> {
  const running = named === undefined ? await call(target, 'config.get') : undefined;
  if (running !== undefined && !running.ok && !running.problems.some(({ code }) => code === 'DAEMON_NOT_RUNNING'))
    throw new ProblemError(running.problems);
  if (running?.ok === true) {
    const { file, text, format, revision } = running.value;
    return {
      file,
      text,
      format,
      // By its own environment: that of this terminal may lack a variable.
      check: async (after) => (await ask(target, 'config.check', { text: after, format })).problems,
      save: async ({ edits }) => success(await ask(target, 'config.edit', { edits, baseRevision: revision })),
    };
  }
  return readFileOf(target.home, resolve(named ?? (await configOf(target.home))));
}

async function readFileOf(home: string, file: string): Promise<Current> {
  const { formatOf, readConfigFile, saveAtomic } = await import('../engine/config/file.ts');
  const format = take(formatOf(file));
  const read = async (): Promise<string> => {
    const found = await readConfigFile(file);
    if (!found.ok && found.problems.some(({ code }) => code === 'CONFIG_MISSING'))
      return format === 'json' ? '{}\n' : '';
    return take(found).text;
  };
  const text = await read();
  const { checkText } = await import('./check.ts');
  return {
    file,
    text,
    format,
    check: (after) => checkText(home, after, format, file),
    save: async (_plan, after) => {
      if ((await read()) !== text)
        return failure(
          problem('CONFIG_FILE_CHANGED', `${file} was changed meanwhile.`, { fix: 'Run the import again.' }),
        );
      // A home that nobody has started yet.
      await makeFolder(dirname(file)).catch(() => undefined); // saving tells why
      const saved = await saveAtomic(file, after);
      return saved.ok ? success({}) : saved;
    },
  };
}

/** The change on standard output, what could not be said on standard error, as `export` does. */
function show({ print }: Context, { notes, edits }: ImportPlan, { text }: Current, after: string): void {
  const paints = { added: ['green', '+ '], removed: ['red', '- '], same: ['grey', '  '] } as const;
  if (edits.length > 0)
    for (const hunk of diffLines(text, after))
      for (const { kind, text: line } of hunk) {
        const [colour, sign] = paints[kind];
        // The end of the file is no line.
        if (line !== '' || kind !== 'same') print.line(print.paint(colour, sign + plain(line)));
      }
  if (!print.isJson) print.warnings(notes);
}

async function confirm({ print, io }: Context, { sites }: ImportPlan): Promise<boolean> {
  if (io.stdin.isTTY !== true || print.isJson) return false;
  io.stdout.write(sites.length === 1 ? 'Add it? [y/N] ' : `Add these ${sites.length} sites? [y/N] `);
  return /^y(es)?$/i.test((await readLine(io)).trim());
}
