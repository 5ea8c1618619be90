/** `completions`: scripts for three shells, made of the same table as the parser. @module */
import { closest } from "../errors.ts";
import { documentJson } from "./json.ts";
import { settingsWhereGranted } from "./list.ts";
import { type Invocation, UsageError } from "./parse.ts";
import { rosterOf } from "./roster.ts";
import {
  commandInfo,
  type CommandName,
  COMMANDS,
  isCommand,
  isOption,
  optionInfo,
  type OptionName,
  OPTIONS,
  optionsOf,
} from "./schema.ts";
import { rosterWishes } from "./setup.ts";
import { write } from "./terminal.ts";

/** Runs it. */
export async function runCompletions(invocation: Invocation): Promise<number> {
  const { operands, flags } = invocation;
  const [shell = ""] = operands;
  const make = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (make === undefined) {
    const shells = Object.keys(SCRIPTS);
    const near = closest(shell, shells);
    throw new UsageError(`there are no completions for ${JSON.stringify(shell)}`, {
      remedy: near === undefined ? `give one of ${shells.join(", ")}` : `did you mean ${near}?`,
    });
  }
  const wishes = await rosterWishes(invocation, await settingsWhereGranted(flags));
  const roster = await rosterOf({ ...wishes, names: [], alsoOn: [], all: true });
  // A name that a shell would read as something else is not offered.
  const script = make(roster.names().filter((name) => /^[\w.@+-]+$/.test(name)));
  const json = () => documentJson({ command: "completions", exit: 0 }, { shell, text: script });
  await write("stdout", flags.json ? json() : script);
  return 0;
}

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
    case "enable":
    case "write":
      return providers.join(" ");
    case "completions":
      return Object.keys(SCRIPTS).join(" ");
    case "help":
      return commandNames.join(" ");
    default:
      return "";
  }
}

/** What the value of an option is: names, a path, or something that no list tells. */
function kindOf(name: OptionName): string {
  const { value, completes } = optionInfo(name);
  if (value === undefined) return "none";
  return completes ?? (name === "credential" ? "credential" : "text");
}

function bashScript(providers: readonly string[]): string {
  const names = providers.join(" ");
  const cases = commandNames.map((name) => {
    const options = optionsOf(name).map((option) => `--${option}`).join(" ");
    return `    ${name}) options="${options}" words="${operandWords(name, providers)}" ;;`;
  });
  const options = (...kinds: readonly string[]) =>
    optionNames.filter((name) => kinds.includes(kindOf(name))).map((name) => `--${name}`).join("|");
  // Bash breaks words at the sign of equality, so that \`--providers=a\` arrives as three words.
  return `_vault_config() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" options="--help --version" words="${commandNames.join(" ")}" i word
  COMPREPLY=()
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  elif [[ $current == --*=* ]]; then
    previous="\${current%%=*}"
    current="\${current#*=}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      ${options("directory", "file", "provider", "providers", "credential", "text")})
        [[ \${COMP_WORDS[i+1]} == "=" ]] && i=$((i + 1))
        i=$((i + 1)) ;;
      -*) ;;
      *) command="$word"; break ;;
    esac
  done
  case "$command" in
${cases.join("\n")}
  esac
  case "$previous" in
    ${options("directory")})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    ${options("file")})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ${options("providers")})
      local list="\${current%"\${current##*,}"}"
      compopt -o nospace 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -P "$list" -W "${names}" -- "\${current##*,}"); return ;;
    ${options("provider")})
      mapfile -t COMPREPLY < <(compgen -W "${names}" -- "$current"); return ;;
    ${options("credential")})
      compopt -o nospace 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -S "=" -W "${names}" -- "$current"); return ;;
    ${options("text")}) return ;;
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
  const names = providers.join(" ");
  const actions: Readonly<Record<string, string>> = {
    directory: "_directories",
    file: "_files",
    provider: `(${names})`,
    providers: `_values -s , provider ${names}`,
    credential: `compadd -S = -- ${names}`,
    text: " ",
  };
  const spec = (option: OptionName) => {
    const { value, repeatable, summary } = optionInfo(option);
    const text = summary.replaceAll(/[[\]:\\]/g, "\\$&");
    const many = repeatable === true ? "*" : "";
    return single(
      value === undefined
        ? `${many}--${option}[${text}]`
        : `${many}--${option}=[${text}]:${value.replaceAll(":", "")}:${actions[kindOf(option)]}`,
    );
  };
  const cases = commandNames.map((name) => {
    const words = operandWords(name, providers);
    const operands = words === "" ? [] : [single(`*:name:(${words})`)];
    return `        ${name}) _arguments ${
      [...optionsOf(name).map(spec), ...operands].join(" ")
    } ;;`;
  });
  const commands = commandNames.map((name) => single(`${name}:${commandInfo(name).summary}`));
  return `#compdef vault-config
_vault_config() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
    ${commands.join("\n    ")}
  )
  _arguments -C ${optionNames.map(spec).join(" ")} '1: :->command' '*:: :->argument'
  case "$state" in
    command) _describe command commands ;;
    argument)
      case "$words[1]" in
${cases.join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_vault_config" ]; then
  _vault_config "$@"
else
  compdef _vault_config vault-config
fi
`;
}

function fishScript(providers: readonly string[]): string {
  const names = providers.join(" ");
  const lines = [
    // Of a list, what is complete stands before the name that is being typed.
    `function __vault_config_list
    set -l token (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    set -l head (string match -r -- '^.*,' $token)
    for name in $argv
        echo "$head$name"
    end
end`,
    "complete -c vault-config -f",
  ];
  const line = (condition: string, rest: string) => {
    lines.push(`complete -c vault-config -n '${condition}' ${rest}`);
  };
  const values: Readonly<Record<string, string>> = {
    none: "",
    directory: " -x -a '(__fish_complete_directories (commandline -ct))'",
    file: " -r -F",
    provider: ` -x -a '${names}'`,
    providers: ` -x -a '(__vault_config_list ${names})'`,
    credential: ` -x -a '${providers.map((name) => `${name}=`).join(" ")}'`,
    text: " -x",
  };
  for (const name of commandNames) {
    line("__fish_use_subcommand", `-a ${name} -d ${quoted(commandInfo(name).summary)}`);
    const words = operandWords(name, providers);
    const here = `__fish_seen_subcommand_from ${name}`;
    if (words !== "") line(here, `-a '${words}'`);
    for (const option of optionsOf(name)) {
      const { short, summary } = optionInfo(option);
      const letter = short === undefined ? "" : ` -s ${short}`;
      line(here, `-l ${option}${letter} -d ${quoted(summary)}${values[kindOf(option)]}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function single(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Quoted for fish, where a backslash within single quotes counts. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
