/** `completions`: scripts for three shells, made of the same table as the parser. @module */
import { closest } from "../errors.ts";
import { builtInAgents } from "../roster/built_in.ts";
import { catalogNames } from "../roster/catalog.ts";
import { type Invocation, UsageError } from "./parse.ts";
import {
  commandInfo,
  type CommandName,
  COMMANDS,
  isCommand,
  isOption,
  optionInfo,
  OPTIONS,
  optionsOf,
} from "./schema.ts";
import { write } from "./terminal.ts";

/** Runs it. */
export async function runCompletions({ operands }: Invocation): Promise<number> {
  const [shell = ""] = operands;
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script === undefined) {
    const near = closest(shell, Object.keys(SCRIPTS));
    throw new UsageError(`there are no completions for ${JSON.stringify(shell)}`, {
      remedy: near === undefined
        ? `give one of ${Object.keys(SCRIPTS).join(", ")}`
        : `did you mean ${near}?`,
    });
  }
  const names = [...Object.keys(builtInAgents), ...catalogNames()].sort();
  await write("stdout", script(names));
  return 0;
}

const SHELLS = "bash zsh fish";
const commandNames = Object.keys(COMMANDS).filter(isCommand);
const optionNames = Object.keys(OPTIONS).filter(isOption);

const SCRIPTS: Readonly<Record<string, (providers: readonly string[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** What a command's operands can be. */
function operandWords(command: CommandName, providers: readonly string[]): string {
  switch (command) {
    case "disable":
    case "write":
      return providers.join(" ");
    case "completions":
      return SHELLS;
    case "help":
      return commandNames.join(" ");
    default:
      return "";
  }
}

function bashScript(providers: readonly string[]): string {
  const cases = commandNames.map((name) => {
    const options = optionsOf(name).map((option) => `--${option}`).join(" ");
    const words = operandWords(name, providers);
    return `    ${name}) options="${options}" words="${words}" ;;`;
  });
  const withValue = optionNames.filter((name) => optionInfo(name).value !== undefined);
  const kind = (wanted: string | undefined) =>
    withValue.filter((name) => optionInfo(name).completes === wanted)
      .map((name) => `--${name}`).join("|");
  return `_vault_config() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" options="--help --version" words="${commandNames.join(" ")}" i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      ${withValue.map((name) => `--${name}`).join("|")}) i=$((i + 1)) ;;
      -*) ;;
      *) command="$word"; break ;;
    esac
  done
  case "$command" in
${cases.join("\n")}
  esac
  case "$previous" in
    ${kind("directory")}) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    ${kind("file")}) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ${kind("providers")})
      local list="\${current%"\${current##*,}"}"
      mapfile -t COMPREPLY < <(compgen -P "$list" -W "${providers.join(" ")}" -- "\${current##*,}")
      return ;;
    ${kind(undefined)}) return ;;
  esac
  case "$current" in
    -*) words="$options" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _vault_config vault-config
`;
}

function zshScript(providers: readonly string[]): string {
  const commands = commandNames.map((name) =>
    `    ${single(`${name}:${commandInfo(name).summary}`)}`
  );
  const cases = commandNames.map((name) => {
    const options = optionsOf(name).map((option) => {
      const { value, completes, repeatable, summary } = optionInfo(option);
      const action = completes === "directory"
        ? "_directories"
        : completes === "file"
        ? "_files"
        : completes === "providers"
        ? `_sequence compadd - ${providers.join(" ")}`
        : " ";
      const argument = value === undefined ? "" : `:${value}:${action}`;
      const text = summary.replaceAll(/[[\]:\\]/g, "\\$&");
      return single(`${repeatable === true ? "*" : ""}--${option}[${text}]${argument}`);
    });
    const words = operandWords(name, providers);
    const operands = words === "" ? [] : [single(`*:name:(${words})`)];
    return `    ${name}) _arguments ${[...options, ...operands].join(" ")} ;;`;
  });
  return `#compdef vault-config
_vault_config() {
  local -a commands
  commands=(
${commands.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _vault_config vault-config
`;
}

function fishScript(providers: readonly string[]): string {
  const lines = ["complete -c vault-config -f"];
  const line = (condition: string, rest: string) => {
    lines.push(`complete -c vault-config -n '${condition}' ${rest}`);
  };
  for (const name of commandNames) {
    line("__fish_use_subcommand", `-a ${name} -d ${quoted(commandInfo(name).summary)}`);
    const words = operandWords(name, providers);
    const condition = `__fish_seen_subcommand_from ${name}`;
    if (words !== "") line(condition, `-a ${quoted(words)}`);
  }
  for (const name of optionNames) {
    const taken = commandNames.filter((command) => optionsOf(command).includes(name)).join(" ");
    const { value, completes, short, summary } = optionInfo(name);
    const argument = completes === "directory"
      ? " -x -a '(__fish_complete_directories)'"
      : completes === "file"
      ? " -r -F"
      : completes === "providers"
      ? ` -x -a '(__fish_append , ${providers.join(" ")})'`
      : value !== undefined
      ? " -x"
      : "";
    line(
      `__fish_seen_subcommand_from ${taken}`,
      `-l ${name}${short === undefined ? "" : ` -s ${short}`}${argument} -d ${quoted(summary)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Quoted for fish. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Quoted for zsh, as for any shell of the Bourne family. */
function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
