/**
 * What the command line understands: every command and every option, once. The parser, the help and
 * the completions are made of it.
 *
 * @module
 */

/** An option of the command line. */
export interface OptionInfo {
  /** One letter, for `-h`. */
  readonly short?: string;
  /** What its value is called; absent: it takes none. */
  readonly value?: string;
  /** What its value is, so that a shell can complete it. */
  readonly completes?: "directory" | "file" | "provider" | "providers";
  /** Whether it may be given several times. */
  readonly repeatable?: boolean;
  /** What it does, in one line. */
  readonly summary: string;
}

/** A command. */
export interface CommandInfo {
  /** What it does, in one line. */
  readonly summary: string;
  /** What it is called with, for the help: `NAME...`. */
  readonly operands: string;
  /** The fewest and the most operands. */
  readonly arity: readonly [number, number];
  /** The options that it takes, besides those that all take. */
  readonly options: readonly OptionName[];
}

/** The name of an option, without its dashes. */
export type OptionName = keyof typeof OPTIONS;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** All options, in the order of the help. */
export const OPTIONS = {
  mounts: {
    value: "DIR",
    completes: "directory",
    summary: "the mounts directory (default ./mounts); a command that writes makes it",
  },
  roster: {
    value: "PATH",
    completes: "file",
    repeatable: true,
    summary: "an agent file or a directory of them, a later one wins; - reads standard input",
  },
  "no-built-in": { summary: "leave out the agents that come with the program" },
  providers: {
    value: "A,B",
    completes: "providers",
    summary: "apply these; an empty value means none (default: all that are on by default)",
  },
  disabled: { value: "A,B", completes: "providers", summary: "take these back" },
  credential: {
    value: "NAME=TYPE",
    repeatable: true,
    summary: "the type of credential in use for a provider, such as codex=oauth",
  },
  "accept-bypass": {
    value: "A,B",
    completes: "providers",
    summary: "let these start although a setting of theirs sends the client past the vault",
  },
  "token-broker-port": { value: "N", summary: "the TCP transport, with the port on the host" },
  direct: { summary: "with a port: clients go to the host themselves, not to the loopback" },
  "vault-url": { value: "URL", summary: "the vault's URL in the container" },
  "vault-socket": { value: "PATH", summary: "the path of the vault's socket in the container" },
  "vault-tls-url": {
    value: "URL",
    summary: "the vault's https URL in the container, for clients that refuse http",
  },
  "allow-nested": { summary: "accept files below a host dir's own level, which is less safe" },
  "lock-timeout": { value: "SECONDS", summary: "how long to wait for another run (default 30)" },
  all: { summary: "all providers instead of names" },
  once: { summary: "for this run only: do not keep it in the settings" },
  show: { value: "NAME", completes: "provider", summary: "print the agent file of a provider" },
  "exit-code": { summary: "exit 2 if there are differences" },
  json: { summary: "print one JSON document, also on failure" },
  quiet: { summary: "print nothing on success, except warnings and what is off" },
  "show-secrets": { summary: "show the user's own values in diffs and errors, which are masked" },
  "no-color": { summary: "no colours; NO_COLOR does the same" },
  debug: { summary: "print the stack of an unexpected error" },
  help: { short: "h", summary: "print the help of the command" },
  version: { summary: "print the version" },
} as const satisfies Readonly<Record<string, OptionInfo>>;

/** The options that every command takes. */
export const COMMON = ["json", "no-color", "debug", "help", "version"] as const;

const ROSTER = ["roster", "no-built-in", "show-secrets"] as const;
const LOCATION = [
  "token-broker-port",
  "direct",
  "vault-url",
  "vault-socket",
  "vault-tls-url",
] as const;
const RUN = [
  "mounts",
  ...ROSTER,
  ...LOCATION,
  "credential",
  "accept-bypass",
  "allow-nested",
] as const;
const SELECTION = ["providers", "disabled"] as const;
const WRITING = ["lock-timeout", "quiet"] as const;

/** All commands, in the order of the help. */
export const COMMANDS = {
  apply: {
    summary: "take back what is disabled, apply what is enabled",
    operands: "",
    arity: [0, 0],
    options: [...RUN, ...SELECTION, ...WRITING],
  },
  disable: {
    summary: "take providers back, and keep them off",
    operands: "NAME...",
    arity: [0, Infinity],
    options: [...RUN, ...WRITING, "all", "once"],
  },
  enable: {
    summary: "let providers take part again, and apply them",
    operands: "NAME...",
    arity: [0, Infinity],
    options: [...RUN, ...WRITING, "all", "once"],
  },
  write: {
    summary: "apply one provider, after its authentication",
    operands: "NAME",
    arity: [1, 1],
    options: [...RUN, ...WRITING],
  },
  plan: {
    summary: "show what apply would do, as unified diffs",
    operands: "",
    arity: [0, 0],
    options: [...RUN, ...SELECTION, "exit-code", "quiet"],
  },
  verify: {
    summary: "exit 0 if all is routed and apply would change nothing, 2 if not",
    operands: "",
    arity: [0, 0],
    options: [...RUN, ...SELECTION, "quiet"],
  },
  status: {
    summary: "show which providers are routed, and who owns what",
    operands: "",
    arity: [0, 0],
    options: [...RUN, ...SELECTION],
  },
  settings: {
    summary: "print the settings in force, and where each comes from",
    operands: "",
    arity: [0, 0],
    options: [...RUN, ...SELECTION, "lock-timeout"],
  },
  location: {
    summary: "print the vault's addresses",
    operands: "",
    arity: [0, 0],
    options: ["mounts", ...LOCATION],
  },
  providers: {
    summary: "list the roster and the catalog, or print one agent file",
    operands: "",
    arity: [0, 0],
    options: ["mounts", ...ROSTER, "show"],
  },
  formats: {
    summary: "list the config formats",
    operands: "",
    arity: [0, 0],
    options: [],
  },
  completions: {
    summary: "print a completion script for bash, zsh or fish",
    operands: "SHELL",
    arity: [1, 1],
    options: ["mounts", ...ROSTER],
  },
  help: {
    summary: "print the help, or that of a command",
    operands: "[COMMAND]",
    arity: [0, 1],
    options: [],
  },
} as const satisfies Readonly<Record<string, CommandInfoOf>>;

/** {@linkcode CommandInfo} without the cycle that its option names would make. */
type CommandInfoOf = Omit<CommandInfo, "options"> & { readonly options: readonly OptionName[] };

/** What is known of an option. */
export function optionInfo(name: OptionName): OptionInfo {
  return OPTIONS[name];
}

/** What is known of a command. */
export function commandInfo(name: CommandName): CommandInfo {
  return COMMANDS[name];
}

/** Whether a text is the name of a command. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** Whether a text is the name of an option, without its dashes. */
export function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** The options of a command, in the order of the help. */
export function optionsOf(command: CommandName): OptionName[] {
  const taken = new Set<string>([...COMMANDS[command].options, ...COMMON]);
  return Object.keys(OPTIONS).filter(isOption).filter((name) => taken.has(name));
}
