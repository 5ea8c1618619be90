/** One call of the library: what a caller may say, checked, and errors in the caller's words. */
import deno from "../deno.json" with { type: "json" };
import { closest, ConfigPatchError, shortened } from "../errors.ts";
import { defaultFormats, type FormatRegistry } from "../formats/mod.ts";
import { requireRegistry } from "../formats/registry.ts";
import type { Report } from "../ownership/report.ts";
import type { Roster } from "../roster/types.ts";
import { checkLocation, resolveVaultLocation, type VaultLocation } from "../transport/mod.ts";
import { credentialsOf, millisecondsOf, namesOf, pathOf, switchOf, wrong } from "./arguments.ts";
import { inLibraryWords, toldInLibraryWords } from "./library_words.ts";
import type { Request } from "./request.ts";

/** What to apply and what to take back, and how. `null` is as good as absent. */
export interface PatchOptions {
  /** The providers to apply; absent: all that are on by default; empty: none. */
  readonly providers?: Iterable<string> | null;
  /** The providers to take back; one that is in both is taken back. */
  readonly disabledProviders?: Iterable<string> | null;
  /** The type of credential in use, by provider: `{ codex: "oauth" }`. */
  readonly credentials?: Readonly<Record<string, string>> | null;
  /** The providers that may start although a setting of theirs sends the client past the vault. */
  readonly acceptBypass?: Iterable<string> | null;
  /** Where containers reach the vault; absent: the socket transport. */
  readonly location?: VaultLocation | null;
  /** The formats that there are; absent: those that come with the library. */
  readonly formats?: FormatRegistry | null;
  /** Accept a `file` below a host dir's own level, which a container can interfere with. */
  readonly allowNested?: boolean | null;
  /** How long to wait for another process, in milliseconds; 30 seconds by default. */
  readonly lockTimeout?: number | null;
}

/** The options of a call that is about given providers. */
export type CallOptions = Omit<PatchOptions, "providers" | "disabledProviders">;

/** The options of {@linkcode writeVaultConfig}; none of them is required. */
export interface WriteOptions extends CallOptions {
  /** The providers that there are; absent: those that come with the library. */
  readonly roster?: Roster | null;
  /** The mounts directory; absent: `./mounts`. */
  readonly mounts?: string | URL | null;
  /** Takes the line that says what was done; absent: `console.log`; `null`: nothing is printed. */
  readonly print?: ((line: string) => void) | null;
}

/** A call, with its errors in the words of the library. */
export async function called<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inLibraryWords(error);
  }
}

/** What a call asks of a run. */
export function requestOf(
  roster: Roster,
  mounts: string | URL,
  options: PatchOptions,
  command: string,
): Request {
  if (typeof roster?.get !== "function" || typeof roster.names !== "function") {
    throw wrong("the roster is none", "make one with loadRoster or rosterFrom");
  }
  const formats = requireRegistry(options.formats ?? defaultFormats);
  const providers = namesOf(options.providers, "`providers`");
  const credentials = credentialsOf(options.credentials);
  refuseStrangers(Object.keys(credentials), "`credentials`", roster);
  const choice = {
    location: locationOf(options),
    providers,
    isAboutNamed: providers !== undefined,
    disabledProviders: namesOf(options.disabledProviders, "`disabledProviders`") ?? [],
    credentials,
    acceptBypass: namesOf(options.acceptBypass, "`acceptBypass`") ?? [],
    allowNested: switchOf(options.allowNested, "`allowNested`"),
  };
  // Only the call that every task start makes is remembered; another call would replace its memory.
  // And nobody can tell whether formats of the caller's own are the same as last time.
  const remembers = command === "apply" && formats === defaultFormats;
  return {
    ...choice,
    mounts: pathOf(mounts),
    roster: () => roster,
    formats,
    disableAll: false,
    failIncompleteDisable: false,
    lockTimeout: millisecondsOf(options.lockTimeout, "`lockTimeout`"),
    command,
    inputs: remembers
      ? {
        version: deno.version,
        roster: roster.names().map((name) => roster.get(name)),
        ...choice,
      }
      : undefined,
  };
}

/** What is said of a provider that there is not would be as good as not said. */
function refuseStrangers(names: readonly string[], what: string, roster: Roster): void {
  const stranger = names.find((name) => roster.get(name) === undefined);
  if (stranger === undefined) return;
  const near = closest(stranger, roster.names());
  throw wrong(
    `${what} names ${JSON.stringify(shortened(stranger))}, which is no provider of the roster`,
    near === undefined ? "name a provider of the roster" : `did you mean ${near}?`,
  );
}

function locationOf({ location }: PatchOptions): VaultLocation {
  return location === undefined || location === null
    ? resolveVaultLocation()
    : checkLocation(location);
}

/** The report, if nothing failed. */
export function succeeded(report: Report): Report {
  const errors = report.providers.flatMap((row) => row.error === undefined ? [] : [row.error]);
  if (errors.length === 0) return toldInLibraryWords(report);
  const names = [...new Set(errors.map((error) => error.provider))].join(", ");
  throw new ConfigPatchError("failed", `the configs of ${names} could not be brought in order`, {
    errors,
    remedy: "do not start the container; mend what each of `errors` says, then run again",
  });
}
