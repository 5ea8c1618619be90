/** `status`: which providers are routed, who owns what, and what looks odd. @module */
import { pathText } from "../formats/value.ts";
import type { Job } from "../reconcile/job.ts";
import { NO_STATE, parseState } from "../reconcile/state.ts";
import {
  type Owned,
  ownersIn,
  type ProviderStatus,
  type Standing,
  type Status,
  statusOf,
} from "../reconcile/status.ts";
import { survey } from "../reconcile/survey.ts";
import { excessPermissions } from "../storage/permissions.ts";
import type { VaultLocation } from "../transport/location.ts";
import { failuresText, lineText } from "./errors.ts";
import { documentJson, errorJson, pathJson, warningJson } from "./json.ts";
import type { Flags, Invocation } from "./parse.ts";
import { columns, warningsText } from "./report.ts";
import { jobOf } from "./setup.ts";
import { paintFor, write } from "./terminal.ts";

/** Runs it. That a provider is not routed is an answer, not a failure. */
export async function runStatus({ flags }: Invocation): Promise<number> {
  const wishes = flags.providers === undefined ? {} : { providers: flags.providers };
  const job = await withOwners(await jobOf(flags, wishes, { catalog: true }), flags);
  const status = statusOf(await survey(job), (name) => job.roster.get(name) !== undefined);
  const excess = excessPermissions(flags.mounts);
  if (flags.json) await write("stdout", statusJson(status, job.location, excess));
  else await show(status, excess, flags);
  return 0;
}

/** Without names: those that are on by default, and those that own something. */
async function withOwners(job: Job, flags: Flags): Promise<Job> {
  if (flags.providers !== undefined) return job;
  const text = await job.mounts.readOwn("state.json");
  const owners = ownersIn(text === undefined ? NO_STATE : parseState(text));
  const known = owners.filter((name) => job.roster.get(name) !== undefined);
  return { ...job, providers: new Set([...job.roster.defaults(), ...known]) };
}

async function show(status: Status, excess: readonly string[], flags: Flags): Promise<void> {
  const { providers, owned } = status;
  const rows = providers.map((row) => [
    row.provider,
    WORDS[row.standing],
    row.file ?? "",
    row.places.map(pathText).join(", "),
  ]);
  await write("stdout", rows.length === 0 ? "no provider is on\n" : columns(rows));
  await write("stdout", ownedText(owned));
  const paint = paintFor("stderr", flags.color);
  const errors = providers.flatMap((row) => row.error === undefined ? [] : [row.error]);
  const more = excess.length === 0
    ? ""
    : lineText("note", `more permissions than needed: ${excess.join(", ")}`, paint);
  await write("stderr", failuresText(errors, paint) + warningsText(status, paint) + more);
}

const WORDS: Readonly<Record<Standing, string>> = {
  routed: "routed",
  "not-routed": "not routed",
  elsewhere: "routed to another address",
  edited: "edited by the user",
  malformed: "malformed",
  failed: "failed",
  "no-patch": "no patch",
  unknown: "not in the roster",
};

function ownedText(owned: readonly Owned[]): string {
  if (owned.length === 0) return "";
  const rows = owned.map(({ file, path, owners, overrode }) => [
    `  ${file}`,
    pathText(path),
    owners.join(", "),
    overrode ? "instead of the user's value" : "",
  ]);
  return `\nwhat is ours, and for whom:\n${columns(rows)}`;
}

function statusJson(status: Status, location: VaultLocation, excess: readonly string[]): string {
  return documentJson({
    location: { url: location.url, socket: location.socket },
    providers: status.providers.map(providerJson),
    owned: status.owned.map(({ file, path, owners, overrode }) => ({
      file,
      path: pathJson(path),
      owners,
      overrode,
    })),
    warnings: status.warnings.map(warningJson),
    excessPermissions: excess,
  });
}

function providerJson({ provider, standing, file, places, error }: ProviderStatus) {
  return {
    provider,
    standing,
    file,
    places: places.map(pathJson),
    error: error === undefined ? undefined : errorJson(error),
  };
}
