/** The kinds of step that the methods are made of, each with what undoes it: pure data, so that it can be shown first. */
import { posix } from 'node:path';
import type { StepCommand, SystemStep } from '../../../shared/system-change.ts';
import { HOSTS_BEGIN, HOSTS_END } from './hosts-file.ts';
import { readText } from './files.ts';

/** Runs programs; where nothing else is told, doing the same again is what undoes it: caches and services read anew. */
export const commandStep = (title: string, commands: StepCommand[], undo: StepCommand[] = commands): SystemStep => ({
  title,
  privileged: true,
  commands,
  writes: [],
  undo,
});

/** Puts a file of ours in place, and its folder where that is missing. */
export async function writeFileStep(title: string, path: string, content: string): Promise<SystemStep> {
  const before = await readText(path);
  const commands = [{ file: 'mkdir', args: ['-p', posix.dirname(path)] }, write(path, content)];
  const undo = [before === undefined ? remove(path) : write(path, before)];
  return { title, privileged: true, commands, writes: [path], undo };
}

export async function deleteFileStep(title: string, path: string): Promise<SystemStep> {
  const before = await readText(path);
  const undo = before === undefined ? [] : [write(path, before)];
  return { title, privileged: true, commands: [remove(path)], writes: [path], undo };
}

/**
 * Writes the hosts file in place, for it may be mounted by itself. What undoes it takes out our block alone: others may
 * have written to the file since.
 */
export function writeHostsStep(title: string, path: string, content: string, platform: NodeJS.Platform): SystemStep {
  const isWindows = platform === 'win32';
  const commands = [isWindows ? writeOnWindows(path, content) : write(path, content)];
  const undo = [isWindows ? cutOnWindows(path) : cut(path, platform)];
  return { title, privileged: true, commands, writes: [path], undo };
}

/** A PowerShell script by itself: no profile, no questions. */
export const powershell = (script: string): StepCommand => ({
  file: 'powershell.exe',
  args: ['-NoProfile', '-NonInteractive', '-Command', script],
});

const write = (path: string, content: string): StepCommand => ({ file: 'tee', args: [path], input: content });

const remove = (path: string): StepCommand => ({ file: 'rm', args: ['-f', path] });

/** The sed of macOS wants an argument for `-i`. */
const cut = (path: string, platform: NodeJS.Platform): StepCommand => ({
  file: 'sed',
  args: [...(platform === 'darwin' ? ['-i', ''] : ['-i']), `/^${HOSTS_BEGIN}/,/^${HOSTS_END}/d`, path],
});

/** From standard input, as base64: no code page touches it, and no command line is too long for it. */
const writeOnWindows = (path: string, content: string): StepCommand => ({
  ...powershell(
    `[IO.File]::WriteAllBytes(${quoted(path)}, [Convert]::FromBase64String([Console]::In.ReadToEnd().Trim()))`,
  ),
  input: Buffer.from(content, 'utf8').toString('base64'),
});

const cutOnWindows = (path: string): StepCommand =>
  powershell(
    `$text = [IO.File]::ReadAllText(${quoted(path)}); ` +
      `$text = $text -replace '(?ms)^${HOSTS_BEGIN}.*?^${HOSTS_END}\\r?\\n?', ''; ` +
      `[IO.File]::WriteAllText(${quoted(path)}, $text)`,
  );

/** A literal string of PowerShell; a quote in it is written twice. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
