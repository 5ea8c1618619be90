/**
 * From arguments to an invocation, strictly: what is not understood is refused, because an option
 * that is read as something else could leave a task unrouted.
 *
 * @module
 */
import { closest, ConfigPatchError, type ErrorDetails } from "../errors.ts";
import type { FormatRegistry } from "../formats/registry.ts";
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
  /** What was tried, for a hint at what was meant: a word, or a command and a word. */
  readonly tried: readonly string[];

  /** Makes an error of code `option`. */
  constructor(message: string, details: ErrorDetails = {}, ...tried: readonly string[]) {
    super("option", message, details);
    this.tried = tried;
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
  /** Formats of the caller's own; absent: those that come with the program. */
  readonly formats: FormatRegistry | undefined;
  /** What is given as `-`. A command may read the roster several times, and this only once. */
  readonly standardInput: () => Promise<Uint8Array>;
}

/** The options, read. */
export interface Flags {
  /** The mounts directory, spelled as given: Deno's grants are compared by their text. */
  readonly mounts: string;
  /** Agent files, directories of them, `-`. */
  readonly roster: readonly string[];
  /** Leave out the built-in agents. */
  readonly noBuiltIn: boolean;
  /** Names to apply; absent: as the settings say, or the default ones. */
  readonly providers: readonly string[] | undefined;
  /** Names to take back. */
  readonly disabled: readonly string[];
  /** The type of credential in use, by provider. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Names whose bypasses are accepted. */
  readonly acceptBypass: readonly string[];
  /** The port of the TCP transport. */
  readonly tokenBrokerPort: number | undefined;
  /** The direct form of the TCP transport. */
  readonly direct: boolean;
  /** The vault's URL instead of the transport's. */
  readonly vaultUrl: string | undefined;
  /** The vault's socket instead of the transport's. */
  readonly vaultSocket: string | undefined;
  /** The vault's https URL instead of the default. */
  readonly vaultTlsUrl: string | undefined;
  /** Whether files below a host dir's own level are accepted. */
  readonly allowNested: boolean;
  /** How long to wait for the lock, in milliseconds. */
  readonly lockTimeout: number | undefined;
  /** All providers instead of names. */
  readonly all: boolean;
  /** Keep nothing in the settings. */
  readonly once: boolean;
  /** The provider whose agent file is asked for. */
  readonly show: string | undefined;
  /** Let the exit code tell of differences. */
  readonly exitCode: boolean;
  /** Print JSON. */
  readonly json: boolean;
  /** Print nothing on success. */
  readonly quiet: boolean;
  /** Show the user's own values. */
  readonly showSecrets: boolean;
  /** Whether the user allows colours. */
  readonly color: boolean;
  /** Print the stack of an unexpected error. */
  readonly debug: boolean;
  /** The options as they were given. */
  readonly given: Given;
}

/** The values of each option that was given, as written. */
export type Given = ReadonlyMap<OptionName, readonly string[]>;

/** The options among arguments that cannot be read as a whole, as far as they can. */
export function optionsIn(args: readonly string[]): Given {
  try {
    return scan(args).given;
  } catch (error) {
    if (error instanceof UsageError) return new Map();
    throw error;
  }
}

/**
 * Reads the arguments.
 *
 * @param args The arguments, without the program's name.
 * @param formats Formats of the caller's own.
 * @throws {UsageError} for anything that is not exactly understood.
 */
export function parse(args: readonly string[], formats?: FormatRegistry): Invocation {
  const { words, given } = scan(args);
  const invocation = (command: Invocation["command"], operands: readonly string[] = []) =>
    ({ command, operands, flags, formats, standardInput }) satisfies Invocation;
  let bytes: Promise<Uint8Array> | undefined;
  const standardInput = () => bytes ??= new Response(Deno.stdin.readable).bytes();
  const has = (name: OptionName) => given.has(name);
  const flags = flagsOf(given);
  const [word, ...operands] = words;
  if (word === undefined) {
    if (args.length === 0 || has("help")) return invocation("help");
    if (has("version")) return invocation("version");
    throw new UsageError("a command is missing", {
      remedy: `give one of ${Object.keys(COMMANDS).join(", ")}`,
    });
  }
  if (!isCommand(word)) throw unknown("command", word, Object.keys(COMMANDS));
  const taken = optionsOf(word);
  for (const name of given.keys()) {
    if (!taken.includes(name)) {
      const remedy = helpOf(word);
      throw new UsageError(`${word} takes no --${name}`, { remedy }, `${word} --${name}`);
    }
  }
  if (has("help")) return invocation("help", [word]);
  if (has("version")) return invocation("version");
  checkOperands(word, operands, flags);
  return invocation(word, [...new Set(operands)]);
}

/** Whether `--json` is among the arguments, for an error that keeps them from being read. */
export function asksFor(
  args: readonly string[],
  option: "--json" | "--debug" | "--show-secrets",
): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes(option);
}

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
        remedy: optionInfo(name).completes === "providers"
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
  const roster = given.get("roster") ?? [];
  for (const one of roster) path("roster", one);
  if (roster.filter((one) => one === "-").length > 1) {
    throw new UsageError("standard input can be read only once", { remedy: "give - once" });
  }
  if (given.has("json") && given.has("quiet")) {
    throw new UsageError("--json and --quiet exclude each other", { remedy: "give one of them" });
  }
  return {
    mounts: path("mounts", text("mounts")) ?? "./mounts",
    roster,
    noBuiltIn: given.has("no-built-in"),
    providers: namesOf("providers", text("providers")),
    disabled: namesOf("disabled", text("disabled")) ?? [],
    credentials: typesOf(given.get("credential") ?? []),
    acceptBypass: namesOf("accept-bypass", text("accept-bypass")) ?? [],
    tokenBrokerPort: portOf(text("token-broker-port")),
    direct: given.has("direct"),
    vaultUrl: text("vault-url"),
    vaultSocket: text("vault-socket"),
    vaultTlsUrl: text("vault-tls-url"),
    allowNested: given.has("allow-nested"),
    lockTimeout: timeoutOf(text("lock-timeout")),
    all: given.has("all"),
    once: given.has("once"),
    show: text("show"),
    exitCode: given.has("exit-code"),
    json: given.has("json"),
    quiet: given.has("quiet"),
    showSecrets: given.has("show-secrets"),
    color: !given.has("no-color"),
    debug: given.has("debug"),
    given,
  };
}

/** `codex=oauth`, each name once. */
function typesOf(values: readonly string[]): Record<string, string> {
  const types: Record<string, string> = {};
  for (const value of values) {
    const [, name, type] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    if (name === undefined || type === undefined) {
      throw new UsageError(`--credential: ${JSON.stringify(value)} names no type`, {
        remedy: "give a name and a type: --credential codex=oauth",
      });
    }
    if (Object.hasOwn(types, name)) {
      throw new UsageError(`--credential gives two types for ${name}`, { remedy: "give one" });
    }
    types[name] = type;
  }
  return types;
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
    const message = `${command}: ${JSON.stringify(stray)} is one word too many`;
    throw new UsageError(message, { remedy }, command, stray);
  }
  if (operands.length < fewest) throw new UsageError(`${command} needs ${wanted}`, { remedy });
  if (operands.includes("")) throw new UsageError(`${command}: a name is empty`, { remedy });
  if (command !== "disable" && command !== "enable" && command !== "write") return;
  const list = operands.find((name) => name.includes(","));
  if (list !== undefined) {
    throw new UsageError(`${JSON.stringify(list)} cannot be a provider's name`, {
      remedy: command === "write" ? "give one name" : "separate the names with spaces",
    });
  }
  if (command === "write" || flags.all === (operands.length === 0)) return;
  throw new UsageError(
    flags.all
      ? `${command} takes either names or --all`
      : `${command} needs the names of providers`,
    { remedy: "give names, or --all for all of them" },
  );
}

const ASK = "see vault-config help";

function helpOf(command: CommandName): string {
  return `see vault-config help ${command}`;
}

function unknown(what: string, word: string, known: readonly string[]): UsageError {
  const near = closest(word, known);
  const remedy = near === undefined ? ASK : `did you mean ${near}?`;
  return new UsageError(`there is no ${what} ${JSON.stringify(word)}`, { remedy }, word);
}
