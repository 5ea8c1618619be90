/**
 * Commands that a message tells to run: pasted into the same shell, each is to act on the same mounts,
 * with the same roster and vault. In messages they stand between backticks and begin with the name of the
 * program.
 *
 * @module
 */
import { ConfigPatchError } from "../errors.ts";
import type { Report } from "../ownership/report.ts";
import type { Flags, Given } from "./parse.ts";
import { isCommand, optionInfo, type OptionName, optionsOf } from "./schema.ts";

/** A text whose commands have the options of this run that count for them as well. */
export function pasted(text: string, { given }: Pick<Flags, "given">): string {
  if (given.size === 0) return text;
  return text.replaceAll(
    /`vault-config ([a-z]+)((?: [^`]*)?)`/g,
    (whole, command: string, rest: string) => {
      if (!isCommand(command)) return whole;
      const taken = COUNTING.filter((name) =>
        optionsOf(command).includes(name) && !rest.includes(`--${name}`) &&
        !(command === "disable" && OF_APPLY.includes(name))
      );
      return `\`vault-config ${command}${rest}${
        taken.map((name) => wordsOf(name, given)).join("")
      }\``;
    },
  );
}

/** An error whose remedy is {@linkcode pasted}. */
export function pastedError(
  error: ConfigPatchError,
  flags: Pick<Flags, "given">,
): ConfigPatchError {
  const { code, message, details } = error;
  const remedy = details.remedy === undefined ? undefined : pasted(details.remedy, flags);
  const errors = details.errors?.map((one) => pastedError(one, flags));
  return new ConfigPatchError(code, message, { ...details, remedy, errors });
}

/** A report whose errors and warnings are {@linkcode pasted}. */
export function pastedReport(report: Report, flags: Pick<Flags, "given">): Report {
  if (flags.given.size === 0) return report;
  return {
    ...report,
    providers: report.providers.map((row) =>
      row.error === undefined ? row : { ...row, error: pastedError(row.error, flags) }
    ),
    warnings: report.warnings.map((one) => ({ ...one, message: pasted(one.message, flags) })),
  };
}

/** The options of a run that an `apply` without them would not know, unless the settings say so too. */
export function unkept({ given }: Pick<Flags, "given">, kept: readonly OptionName[]): OptionName[] {
  return COUNTING.filter((name) => given.has(name) && ![...kept, "mounts"].includes(name));
}

/** What decides where a command acts, and on what. */
const COUNTING: readonly OptionName[] = [
  "mounts",
  "roster",
  "no-built-in",
  "credential",
  "accept-bypass",
  "token-broker-port",
  "direct",
  "vault-url",
  "vault-socket",
  "vault-tls-url",
  "allow-nested",
];

/** What counts only for a command that routes. */
const OF_APPLY: readonly OptionName[] = ["credential", "accept-bypass"];

/** ` --mounts DIR` as a shell reads it; empty where it was not given. */
function wordsOf(name: OptionName, given: Given): string {
  const values = given.get(name);
  if (values === undefined) return "";
  if (optionInfo(name).value === undefined) return ` --${name}`;
  return values.map((value) => ` --${name}${value.startsWith("-") ? "=" : " "}${quoted(value)}`)
    .join("");
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
