/** `help`, `--help` and `--version`. @module */
import { closest } from "../errors.ts";
import { DETAILS, EXITS, PERMISSIONS, PURPOSE } from "./manual.ts";
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

/** No line is longer, so that it fits on every terminal. */
const WIDTH = 80;

/** Runs one of them. */
export async function runHelp({ command, operands, flags }: Invocation): Promise<number> {
  const text = command === "version" ? `vault-config ${VERSION}\n` : helpText(operands[0]);
  if (flags.json) {
    const { documentJson } = await import("./json.ts");
    await write("stdout", documentJson({ command, exit: 0 }, { text }));
  } else await write("stdout", text);
  return 0;
}

/**
 * The help of everything, or of a command.
 *
 * @throws {UsageError} for a command that there is not.
 */
export function helpText(command: string | undefined): string {
  if (command === undefined) return overview();
  if (isCommand(command)) return helpOf(command);
  const near = closest(command, Object.keys(COMMANDS));
  const remedy = near === undefined ? "see vault-config help" : `did you mean ${near}?`;
  throw new UsageError(`there is no command ${JSON.stringify(command)}`, { remedy }, command);
}

/** How a command is called. */
export function usageOf(command: CommandName): string {
  const { operands } = commandInfo(command);
  return ["vault-config", command, operands, "[OPTION...]"].filter((part) => part !== "").join(" ");
}

/** An option as it is given, and what it does. */
export function optionRow(name: OptionName): readonly [string, string] {
  const { short, value, repeatable, summary } = optionInfo(name);
  const names = `${short === undefined ? "" : `-${short}, `}--${name}`;
  const left = value === undefined ? names : `${names} ${value}`;
  return [left, repeatable === true ? `${summary} (repeatable)` : summary];
}

function overview(): string {
  const commands = Object.keys(COMMANDS).filter(isCommand).map((name) => {
    const { operands, summary } = commandInfo(name);
    return [`${name} ${operands}`.trimEnd(), summary] as const;
  });
  return `${wrap(`vault-config ${PURPOSE}.`)}
usage: vault-config COMMAND [OPTION...]

commands
${table(commands)}
options of apply (for those of a command: vault-config help COMMAND)
${table(optionsOf("apply").map(optionRow))}
${END}`;
}

function helpOf(command: CommandName): string {
  const details = (DETAILS[command] ?? []).map((text) =>
    text.startsWith(" ") ? `${text}\n` : wrap(text)
  );
  return `${commandInfo(command).summary}

usage: ${usageOf(command)}

${details.length === 0 ? "" : `${details.join("")}\n`}options
${table(optionsOf(command).map(optionRow))}
${END}`;
}

const END = `exit codes
${table(EXITS)}
permissions
${PERMISSIONS.map((text) => wrap(text, "  ")).join("")}`;

/** Rows of two columns; the right one goes on below itself. */
function table(rows: readonly (readonly [string, string])[]): string {
  const widest = Math.max(...rows.map(([left]) => left.length));
  const indent = " ".repeat(widest + 4);
  return rows.map(([left, right]) => {
    const text = wrap(right, indent);
    return `  ${left.padEnd(widest)}  ${text.slice(indent.length)}`;
  }).join("");
}

/** A text in lines of at most 80 columns. */
function wrap(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    const longer = line === indent ? line + word : `${line} ${word}`;
    if (longer.length <= WIDTH || line === indent) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line].map((one) => `${one}\n`).join("");
}
