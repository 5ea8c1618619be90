/** `status`: which providers are routed, who owns what, and what looks odd. @module */
import { ConfigPatchError } from "../errors.ts";
import { pathText } from "../formats/value.ts";
import { status } from "../reconcile/request.ts";
import { NO_SETTINGS, parseSettings, type Settings, settingsText } from "../reconcile/settings.ts";
import type { Owned, ProviderStatus, Standing, Status } from "../reconcile/status.ts";
import { excessPermissions } from "../storage/permissions.ts";
import { failuresText } from "./errors.ts";
import {
  bypassJson,
  documentJson,
  errorJson,
  locationJson,
  pathJson,
  warningJson,
} from "./json.ts";
import { missingText } from "./missing.ts";
import type { Flags, Invocation } from "./parse.ts";
import { pasted, pastedError } from "./pasted.ts";
import { columns, warningsText } from "./report.ts";
import { type Setup, setUp } from "./setup.ts";
import { offText } from "./summary.ts";
import { lineText, paintFor, type Tone, write } from "./terminal.ts";

/** Runs it. That a provider is not routed is an answer, not a failure. */
export async function runStatus(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const setup = await setUp(invocation, {
    catalog: true,
    settings: await settingsOrNone(flags.mounts),
  });
  // Who is off is looked at like everybody else: something of it may still be routed.
  const { request } = await setUp(invocation, {
    catalog: true,
    settings: { ...setup.settings, disabled: [] },
  });
  const found = inFlagsOf(
    flags,
    withOff(await status({ ...request, disabledProviders: [] }), setup.off),
  );
  const excess = excessPermissions(flags.mounts);
  if (flags.json) await write("stdout", statusJson(found, setup, excess));
  else await show(found, setup, excess, flags);
  return 0;
}

/** The settings; none where our own directory is closed to us, which the status itself tells. */
async function settingsOrNone(mounts: string): Promise<Settings> {
  try {
    return await parseSettings(await settingsText(mounts));
  } catch (error) {
    if (!(error instanceof ConfigPatchError) || error.code !== "permission") throw error;
    if (error.file !== ".vault-config") throw error;
    return NO_SETTINGS;
  }
}

/** How a provider stands, for people: one that is to be off, and is, is no failure. */
type Stands = Standing | "off";

interface Found extends Omit<Status, "providers"> {
  readonly providers: readonly (Omit<ProviderStatus, "standing"> & { readonly standing: Stands })[];
}

function withOff(found: Status, off: readonly string[] | "all"): Found {
  const isOff = (name: string) => off === "all" || off.includes(name);
  return {
    ...found,
    providers: found.providers.map((row) =>
      row.standing === "not-routed" && isOff(row.provider)
        ? { ...row, standing: "off", places: [] }
        : row
    ),
  };
}

/** With commands that can be pasted. */
function inFlagsOf(flags: Flags, found: Found): Found {
  return {
    ...found,
    providers: found.providers.map((row) =>
      row.error === undefined ? row : { ...row, error: pastedError(row.error, flags) }
    ),
    warnings: found.warnings.map((one) => ({ ...one, message: pasted(one.message, flags) })),
  };
}

async function show(
  found: Found,
  { off, notes, missing }: Setup,
  excess: readonly string[],
  flags: Flags,
): Promise<void> {
  const { providers, owned } = found;
  const rows = providers.map((row) => [
    row.provider,
    WORDS[row.standing],
    row.file ?? "",
    row.since === undefined ? "" : `since ${row.since.slice(0, 10)}`,
    row.places.map(pathText).join(", "),
  ]);
  const table = columns(rows, (cell) => TONES[cell], paintFor("stdout", flags.color));
  await write("stdout", rows.length === 0 ? "no provider is on\n" : table);
  await write("stdout", ownedText(owned));
  const paint = paintFor("stderr", flags.color);
  const errors = providers.flatMap((row) => row.error === undefined ? [] : [row.error]);
  const more = [
    missing ? missingText(flags.mounts) : `the mounts are ${flags.mounts}`,
    ...notes,
    ...providers.flatMap((row) => row.notes.map((one) => `${row.provider}: ${one}`)),
    pasted(offText(off), flags),
    excess.length === 0 ? "" : `more permissions than needed: ${excess.join(", ")}`,
  ].filter((line) => line !== "").map((line) => lineText("note", line, paint));
  const failures = failuresText(errors, paint, flags);
  await write("stderr", failures + warningsText(found, paint) + more.join(""));
}

const TONES: Readonly<Record<string, Tone>> = {
  failed: "error",
  malformed: "error",
  bypassed: "error",
  "bypassed (accepted)": "warning",
};

const WORDS: Readonly<Record<Stands, string>> = {
  off: "off",
  routed: "routed",
  bypassed: "bypassed",
  accepted: "bypassed (accepted)",
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

function statusJson(
  found: Found,
  { request: { location, mounts }, off, missing }: Setup,
  excess: readonly string[],
): string {
  return documentJson({ command: "status", exit: 0, mounts, missing, off }, {
    location: locationJson(location),
    providers: found.providers.map(providerJson),
    owned: found.owned.map(({ file, path, owners, overrode }) => ({
      file,
      path: pathJson(path),
      owners,
      overrode,
    })),
    warnings: found.warnings.map(warningJson),
    excessPermissions: excess,
  });
}

function providerJson(row: Found["providers"][number]) {
  const { provider, standing, file, places, bypasses, since, notes, error } = row;
  return {
    provider,
    standing,
    file,
    places: places.map(pathJson),
    bypasses: bypasses.map(bypassJson),
    since,
    notes,
    error: error === undefined ? undefined : errorJson(error),
  };
}
