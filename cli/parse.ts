/**
 * From arguments to an invocation, strictly: what is not understood is refused, because an option
 * that is read as something else could leave a task unrouted.
 *
 * @module
 */
import { closest, ConfigPatchError, type ErrorDetails } from "../errors.ts";
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

/** The command line is wrong: exit code 64. */
export class UsageError extends ConfigPatchError {
  /** Makes an error of code `option`. */
  constructor(message: string, details: ErrorDetails = {}) {
    super("option", message, details);
  }
}

/** What the user asked for. */
export interface Invocation {
  /** The command; `version` is what `--version` asks for. */
  readonly command: CommandName | "version";
  /** What stands beside the command and the options. */
  readonly operands: readonly string[];
  /** The options. */
  readonly flags: Flags;
}

/** The options, read. */
export interface Flags {
  /** The mounts directory, spelled as given: Deno's grants are compared by their text. */
  readonly mounts: string;
  /** Agent files, directories of them, `-`. */
  readonly roster: readonly string[];
  /** Whether the built-in agents are part of the roster. */
  readonly builtIn: boolean;
  /** Names to apply; absent: the default ones. */
  readonly providers?: readonly string[];
  /** Names to take back. */
  readonly disabled?: readonly string[];
  /** The port of the TCP transport. */
  readonly tokenBrokerPort?: number;
  /** The direct form of the TCP transport. */
  readonly direct: boolean;
  /** The vault's URL instead of the transport's. */
  readonly vaultUrl?: string;
  /** The vault's socket instead of the transport's. */
  readonly vaultSocket?: string;
  /** Whether files below a host dir's own level are accepted. */
  readonly allowNested: boolean;
  /** How long to wait for the lock, in milliseconds. */
  readonly lockTimeout?: number;
  /** Take back everything. */
  readonly all: boolean;
  /** Let the exit code tell of differences. */
  readonly exitCode: boolean;
  /** Print JSON. */
  readonly json: boolean;
  /** Print nothing on success. */
  readonly quiet: boolean;
  /** Whether the user allows colours. */
  readonly color: boolean;
  /** Print the stack of an unexpected error. */
  readonly debug: boolean;
}

/**
 * Reads the arguments.
 *
 * @throws {UsageError} for anything that is not exactly understood.
 */
export function parse(args: readonly string[]): Invocation {
  const { words, given } = scan(args);
  const has = (name: OptionName) => given.has(name);
  const flags = flagsOf(given);
  const [word, ...operands] = words;
  if (word === undefined) {
    if (args.length === 0 || has("help")) return { command: "help", operands: [], flags };
    if (has("version")) return { command: "version", operands: [], flags };
    throw new UsageError("a command is missing", {
      remedy: `give one of ${Object.keys(COMMANDS).join(", ")}`,
    });
  }
  if (!isCommand(word)) throw unknown("command", word, Object.keys(COMMANDS));
  const taken = optionsOf(word);
  for (const name of given.keys()) {
    if (!taken.includes(name)) {
      throw new UsageError(`${word} takes no --${name}`, { remedy: helpOf(word) });
    }
  }
  if (has("help")) return { command: "help", operands: [word], flags };
  if (has("version")) return { command: "version", operands: [], flags };
  checkOperands(word, operands, flags);
  return { command: word, operands, flags };
}

/** Whether `--json` is among the arguments, for an error that keeps them from being read. */
export function asksFor(args: readonly string[], option: "--json" | "--debug"): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes(option);
}

type Given = ReadonlyMap<OptionName, readonly string[]>;

/** Splits arguments into words and options with their values. */
function scan(args: readonly string[]): { words: string[]; given: Given } {
  const words: string[] = [];
  const given = new Map<OptionName, string[]>();
  let open: OptionName | undefined;
  const close = () => {
    if (open === undefined) return;
    const { value, completes } = optionInfo(open);
    throw new UsageError(`--${open} needs a value`, {
      remedy: completes === "providers"
        ? `give names (--${open} A,B), or an empty value for none (--${open}=)`
        : `give --${open} ${value}, or --${open}=${value} for a value that begins with a dash`,
    });
  };
  for (const [index, arg] of args.entries()) {
    if (arg === "--") {
      close();
      return { words: [...words, ...args.slice(index + 1)], given };
    }
    if (arg === "-" || !arg.startsWith("-")) {
      if (open === undefined) words.push(arg);
      else given.get(open)?.push(arg);
      open = undefined;
      continue;
    }
    close();
    const equals = arg.indexOf("=");
    const inline = equals === -1 ? undefined : arg.slice(equals + 1);
    const name = optionOf(equals === -1 ? arg : arg.slice(0, equals));
    const { value, repeatable } = optionInfo(name);
    if (value === undefined && inline !== undefined) {
      throw new UsageError(`--${name} takes no value`, { remedy: `give --${name} alone` });
    }
    if (value !== undefined && repeatable !== true && given.has(name)) {
      throw new UsageError(`--${name} is given twice`, {
        remedy: name === "providers" || name === "disabled"
          ? `give one list: --${name} A,B`
          : "give it once",
      });
    }
    const values = given.get(name) ?? [];
    given.set(name, values);
    if (inline !== undefined) values.push(inline);
    else if (value !== undefined) open = name;
  }
  close();
  return { words, given };
}

/** The option that is written so: `--mounts`, `-h`. */
function optionOf(written: string): OptionName {
  const name = written.replace(/^--?/, "");
  const long = written.startsWith("--");
  const known = Object.keys(OPTIONS).filter(isOption);
  const option = known.find((one) => name === (long ? one : optionInfo(one).short));
  if (option !== undefined) return option;
  throw unknown("option", written, long ? known.map((one) => `--${one}`) : []);
}

function flagsOf(given: Given): Flags {
  const text = (name: OptionName): string | undefined => given.get(name)?.[0];
  const path = (name: OptionName, value: string | undefined): string | undefined => {
    if (value === "") throw new UsageError(`--${name} needs a path`, { remedy: "give one" });
    return value;
  };
  const optional = <K extends string, V>(key: K, value: V | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
  const roster = given.get("roster") ?? [];
  for (const one of roster) path("roster", one);
  if (roster.filter((one) => one === "-").length > 1) {
    throw new UsageError("standard input can be read only once", { remedy: "give - once" });
  }
  if (given.has("json") && given.has("quiet")) {
    throw new UsageError("--json and --quiet exclude each other", { remedy: "give one of them" });
  }
  if (given.has("direct") && !given.has("token-broker-port")) {
    throw new UsageError("--direct needs --token-broker-port", {
      remedy: "give the port on the host at which the vault listens, or leave --direct out",
    });
  }
  return {
    mounts: path("mounts", text("mounts")) ?? "./mounts",
    roster,
    builtIn: !given.has("no-built-in"),
    ...optional("providers", namesOf("providers", text("providers"))),
    ...optional("disabled", namesOf("disabled", text("disabled"))),
    ...optional("tokenBrokerPort", portOf(text("token-broker-port"))),
    direct: given.has("direct"),
    ...optional("vaultUrl", text("vault-url")),
    ...optional("vaultSocket", text("vault-socket")),
    allowNested: given.has("allow-nested"),
    ...optional("lockTimeout", timeoutOf(text("lock-timeout"))),
    all: given.has("all"),
    exitCode: given.has("exit-code"),
    json: given.has("json"),
    quiet: given.has("quiet"),
    color: !given.has("no-color"),
    debug: given.has("debug"),
  };
}

/** A list of names; blanks around them are no part of a name. */
function namesOf(option: OptionName, list: string | undefined): string[] | undefined {
  if (list === undefined) return undefined;
  if (list.trim() === "") return [];
  const names = list.split(",").map((name) => name.trim());
  if (!names.includes("")) return names;
  throw new UsageError(`--${option} has an empty name in it`, {
    remedy: `separate names with one comma: --${option} A,B`,
  });
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new UsageError(`--token-broker-port: ${JSON.stringify(text)} is no port`, {
    remedy: "give a whole number from 1 to 65535",
  });
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/.test(text)) return Number(text) * 1000;
  throw new UsageError(`--lock-timeout: ${JSON.stringify(text)} is no number of seconds`, {
    remedy: "give a number from 0 on, such as 2.5",
  });
}

function checkOperands(command: CommandName, operands: readonly string[], flags: Flags): void {
  const { arity, operands: wanted } = commandInfo(command);
  const [fewest, most] = arity;
  const remedy = helpOf(command);
  const stray = operands[most];
  if (stray !== undefined) {
    throw new UsageError(`${command}: ${JSON.stringify(stray)} is one word too many`, { remedy });
  }
  if (operands.length < fewest) throw new UsageError(`${command} needs ${wanted}`, { remedy });
  if (operands.includes("")) throw new UsageError(`${command}: a name is empty`, { remedy });
  if (command !== "disable" && command !== "write") return;
  const list = operands.find((name) => name.includes(","));
  if (list !== undefined) {
    throw new UsageError(`${JSON.stringify(list)} cannot be a provider's name`, {
      remedy: command === "disable" ? "separate the names with spaces" : "give one name",
    });
  }
  if (command === "write" || flags.all === (operands.length === 0)) return;
  throw new UsageError(
    flags.all ? "disable takes either names or --all" : "disable needs the names of providers",
    { remedy: "give names, or --all for every provider that has something of ours" },
  );
}

const ASK = "see vault-config help";

function helpOf(command: CommandName): string {
  return `see vault-config help ${command}`;
}

function unknown(what: string, word: string, known: readonly string[]): UsageError {
  const near = closest(word, known);
  return new UsageError(`there is no ${what} ${JSON.stringify(word)}`, {
    remedy: near === undefined ? ASK : `did you mean ${near}?`,
  });
}
