/**
 * Errors for a program that calls the library: where a remedy names an option of the command line, it
 * says what that is called in a call.
 *
 * @module
 */
import { ConfigPatchError, ConfigSyntaxError } from "../errors.ts";
import type { Warning } from "../ownership/report.ts";
import { packageError } from "../formats/packages.ts";

/** What was thrown, in the words of the library. */
export function inLibraryWords(error: unknown): unknown {
  if (!(error instanceof ConfigPatchError)) return packageError(error) ?? error;
  const { message, details } = error;
  const errors = details.errors?.map((one) => inLibraryWords(one)).filter(isOurs);
  const remedy = details.remedy === undefined ? undefined : libraryWords(details.remedy);
  if (remedy === details.remedy && errors === undefined) return error;
  return error instanceof ConfigSyntaxError
    ? new ConfigSyntaxError(message, { ...details, remedy, errors })
    : new ConfigPatchError(error.code, message, { ...details, remedy, errors });
}

/** What is told of providers: a report or a status. */
interface Told {
  readonly providers: readonly { readonly error: ConfigPatchError | undefined }[];
  readonly warnings: readonly Warning[];
}

/** A report or a status whose errors and warnings speak the words of the library. */
export function toldInLibraryWords<Found extends Told>(found: Found): Found {
  const providers = found.providers.map((row) => {
    const error = row.error === undefined ? undefined : inLibraryWords(row.error);
    return error instanceof ConfigPatchError && error !== row.error ? { ...row, error } : row;
  });
  const warnings = found.warnings.map((one) => ({ ...one, message: libraryWords(one.message) }));
  return { ...found, providers, warnings };
}

/**
 * A remedy with calls and arguments in the place of commands and options. Flags of Deno stay.
 *
 * @example
 * ```ts
 * import { libraryWords } from "./library_words.ts";
 *
 * const words = libraryWords("name the directory (--mounts DIR)");
 * if (words !== "name the directory (the argument `mounts`)") throw new Error(words);
 * ```
 */
export function libraryWords(remedy: string): string {
  return WORDS.reduce((text, [pattern, words]) => text.replaceAll(pattern, words), remedy);
}

const LIST = (names: string) =>
  names.split(/[\s,]+/).map((name) => JSON.stringify(name)).join(", ");

type Replace = (match: string, ...groups: string[]) => string;

// Commands come first, because their options belong to them.
const WORDS: readonly (readonly [pattern: RegExp, words: Replace])[] = [
  [
    /`?(?:vault-config )?\bdisable --all(?: --once)?`?/g,
    () => '`disableSharedConfigPatches(roster, mounts, "all")`',
  ],
  [
    /`?(?:vault-config disable|(?<=`)disable|\bdisable(?= (?:NAME|\S+ --once)))((?: [A-Za-z][\w.-]*)+)(?: --once)?`?/g,
    (_match, names = "") =>
      `\`disableSharedConfigPatches(roster, mounts, [${LIST(names.trim())}])\``,
  ],
  [
    /`?vault-config (?:write|enable)((?: [A-Za-z][\w.-]*)+)`?/g,
    (_match, names = "") =>
      `\`applySharedConfigPatches\` with \`providers: [${LIST(names.trim())}]\``,
  ],
  [/`?vault-config (apply|plan|verify)\b`?/g, (_match, name) => `\`${name}SharedConfigPatches\``],
  [/`?vault-config status\b`?/g, () => "`statusOfSharedConfigPatches`"],
  [/`?--mounts(?: DIR)?`?/g, () => "the argument `mounts`"],
  [/`?--roster(?: PATH)?`?/g, () => "the roster"],
  [/`?--no-built-in`?/g, () => "`builtIn: false`"],
  [/`?--allow-nested`?/g, () => "`allowNested: true`"],
  [
    /`?--accept-bypass ([\w.,-]*\w)`?/g,
    (_match, names = "") => `\`acceptBypass: [${LIST(names)}]\``,
  ],
  [
    /`?--credential ([\w.-]+)=([\w.|-]+)`?/g,
    (_match, name = "", type) => `\`credentials: { ${keyOf(name)}: ${JSON.stringify(type)} }\``,
  ],
  [/`?--providers ([\w.,-]*\w)`?/g, (_match, names = "") => `\`providers: [${LIST(names)}]\``],
  [
    /`?--disabled ([\w.,-]*\w)`?/g,
    (_match, names = "") => `\`disabledProviders: [${LIST(names)}]\``,
  ],
  [/`?--lock-timeout(?: SECONDS)?`?/g, () => "`lockTimeout`"],
  [
    /`?--(?:vault-url|vault-tls-url|vault-socket)(?: [A-Z]+)?`?/g,
    (match) => `\`${match.includes("tls") ? "tlsUrl" : match.includes("url") ? "url" : "socket"}\``,
  ],
  [/`?--token-broker-port(?: N)?`?/g, () => "`tokenBrokerPort`"],
  [/`?--direct`?/g, () => "`direct`"],
  [/`?--accept-bypass`?/g, () => "`acceptBypass`"],
  [/`?--credential`?/g, () => "`credentials`"],
  [/`?--providers`?/g, () => "`providers`"],
  [/`?--disabled`?/g, () => "`disabledProviders`"],
];

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

function isOurs(error: unknown): error is ConfigPatchError {
  return error instanceof ConfigPatchError;
}
