/** `help`, `--help` and `--version`. @module */
import { closest } from "../errors.ts";
import { type Invocation, UsageError } from "./parse.ts";
import {
  commandInfo,
  type CommandName,
  COMMANDS,
  isCommand,
  optionInfo,
  type OptionName,
  optionsOf,
} from "./schema.ts";
import { VERSION } from "./setup.ts";
import { write } from "./terminal.ts";

/** Runs one of them. */
export async function runHelp({ command, operands }: Invocation): Promise<number> {
  await write(
    "stdout",
    command === "version" ? `vault-config ${VERSION}\n` : helpText(operands[0]),
  );
  return 0;
}

function helpText(command: string | undefined): string {
  if (command === undefined) return overview();
  if (isCommand(command)) return helpOf(command);
  const near = closest(command, Object.keys(COMMANDS));
  throw new UsageError(`there is no command ${JSON.stringify(command)}`, {
    remedy: near === undefined ? "see vault-config help" : `did you mean ${near}?`,
  });
}

function overview(): string {
  const names = Object.keys(COMMANDS).filter(isCommand);
  const commands = names.map((name) => {
    const { operands, summary } = commandInfo(name);
    return [`${name} ${operands}`.trimEnd(), summary] as const;
  });
  const options = optionsOf("apply").map(optionRow);
  return `Makes the configs of coding agents route through the vault, and takes it back exactly.

usage: vault-config COMMAND [OPTION...]

commands
${table(commands)}
options of apply (for those of a command: vault-config help COMMAND)
${table(options)}
${EXITS}`;
}

function helpOf(command: CommandName): string {
  const { operands, summary } = commandInfo(command);
  const more = DETAILS[command];
  return `${summary}

usage: vault-config ${[command, operands, "[OPTION...]"].filter((part) => part !== "").join(" ")}
${more === undefined ? "" : `\n${more}\n`}
options
${table(optionsOf(command).map(optionRow))}
${EXITS}`;
}

function optionRow(name: OptionName): readonly [string, string] {
  const { short, value, repeatable, summary } = optionInfo(name);
  const names = `${short === undefined ? "" : `-${short}, `}--${name}`;
  const left = value === undefined ? names : `${names} ${value}`;
  return [left, repeatable === true ? `${summary} (repeatable)` : summary];
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

const EXITS = `exit codes
  0   done
  1   failed: do not start the task
  2   there are differences (verify; plan --exit-code)
  64  the command line is wrong

permissions
  run it with deno run --no-prompt --allow-read=MOUNTS --allow-write=MOUNTS; a roster that lies
  elsewhere needs --allow-read=PATH. A path with a comma cannot be granted.
`;

const DETAILS: Readonly<Partial<Record<CommandName, string>>> = {
  apply: "Every task start runs this before the container starts. A second run changes nothing.\n" +
    "A provider that is both enabled and disabled is taken back.",
  disable: "A name may be that of a provider which has left the roster.\n" +
    "A config that does not parse is a failure here, while apply --disabled only warns of it.",
  plan:
    "Needs no write permission. The diffs go to standard output, a summary to standard error.\n" +
    "Control characters in them are escaped.",
  verify: "Needs no write permission.",
  status: "Needs no write permission. Without --providers, it tells of those that are on by\n" +
    "default and those that own something.",
  completions: 'bash: eval "$(vault-config completions bash)"\n' +
    'zsh:  eval "$(vault-config completions zsh)", after compinit\n' +
    "fish: vault-config completions fish | source",
};
