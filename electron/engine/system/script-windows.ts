/** A batch of commands as one script of Windows PowerShell 5: what a single question of Windows lets happen. */
import type { StepCommand } from '../../../shared/system-change.ts';
import { stepFailedCode } from './script.ts';

/**
 * One argument of a command line as CommandLineToArgvW reads it: backslashes count only before a quote, and are doubled
 * there.
 */
export const argumentQuoted = (word: string): string =>
  `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;

/** A literal string of PowerShell; typographic quotes count as quotes there. */
const literal = (text: string): string => `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;

/** PowerShell 5 would read it in the code page of the machine without the mark. */
const BYTE_ORDER_MARK = '\uFEFF';

const RUN = `function Run($file, $line, $bytes, $failed) {
  $info = New-Object Diagnostics.ProcessStartInfo $file, $line
  $info.UseShellExecute = $false
  $info.RedirectStandardInput = $true
  try { $child = [Diagnostics.Process]::Start($info) } catch { exit $failed }
  try {
    $child.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
    $child.StandardInput.Close()
  } catch [IO.IOException] { }
  $child.WaitForExit()
  if ($child.ExitCode -ne 0) { exit $failed }
}`;

/** Runs them in their order; the first that fails ends it, with `stepFailedCode`. */
export function powershellScript(commands: readonly StepCommand[]): string {
  const calls = commands.map(({ file, args, input = '' }, i) => {
    const bytes = `([Convert]::FromBase64String('${Buffer.from(input, 'utf8').toString('base64')}'))`;
    return `Run ${literal(file)} ${literal(args.map(argumentQuoted).join(' '))} ${bytes} ${stepFailedCode(i)}`;
  });
  return BYTE_ORDER_MARK + [RUN, ...calls, 'exit 0', ''].join('\r\n');
}
