/** `location`, `providers`, `formats`: what there is, without touching any config. @module */
import { ConfigPatchError } from "../errors.ts";
import { closest } from "../errors.ts";
import { defaultFormats } from "../formats/mod.ts";
import { NO_SETTINGS, parseSettings, type Settings, settingsText } from "../reconcile/settings.ts";
import { showProvider } from "../roster/show.ts";
import type { Provider } from "../roster/types.ts";
import { documentJson, locationJson } from "./json.ts";
import type { Flags, Invocation } from "./parse.ts";
import { columns } from "./report.ts";
import { rosterOf } from "./roster.ts";
import { locationOf, rosterWishes } from "./setup.ts";
import { write } from "./terminal.ts";

/** Runs one of them. */
export async function runList(invocation: Invocation): Promise<number> {
  const { command, flags } = invocation;
  const text = command === "location"
    ? locationText(flags, await settingsWhereGranted(flags))
    : command === "formats"
    ? formatsText(invocation)
    : flags.show === undefined
    ? await providersText(invocation)
    : await agentText(invocation, flags.show);
  await write("stdout", text);
  return 0;
}

/** The settings, if they may be read: these commands work without any permission as well. */
export async function settingsWhereGranted({ mounts }: Flags): Promise<Settings> {
  const { state } = Deno.permissions.querySync({ name: "read", path: mounts });
  return state === "granted" ? await parseSettings(await settingsText(mounts)) : NO_SETTINGS;
}

function locationText(flags: Flags, settings: Settings): string {
  const location = locationOf(flags, settings);
  if (flags.json) {
    return documentJson({ command: "location", exit: 0 }, { location: locationJson(location) });
  }
  const names: Readonly<Record<string, string>> = { tlsUrl: "tls url" };
  return columns(
    Object.entries(location).map(([key, value]) => [
      names[key] ?? key,
      value === "" ? "(none)" : String(value),
    ]),
  );
}

async function providersText(invocation: Invocation): Promise<string> {
  const { flags } = invocation;
  const wishes = await rosterWishes(invocation, await settingsWhereGranted(flags));
  const roster = await rosterOf({ ...wishes, names: [], alsoOn: [], all: true });
  const providers = roster.names().flatMap((name) => roster.get(name) ?? []);
  if (flags.json) {
    return documentJson({ command: "providers", exit: 0 }, {
      providers: providers.map(providerJson),
    });
  }
  const rows = providers.map((provider) => [
    provider.name,
    // What is not on by default comes from the catalog.
    provider.defaultOn ? "on" : "when named",
    fileOf(provider) ?? "(no patch)",
    provider.source + (provider.proven === undefined ? "" : `; proven: ${provider.proven}`),
  ]);
  return rows.length === 0 ? "the roster is empty\n" : columns(rows);
}

/** What an agent amounts to, as an agent file: with all that was laid over each other. */
async function agentText(invocation: Invocation, name: string): Promise<string> {
  const { flags } = invocation;
  const wishes = await rosterWishes(invocation, await settingsWhereGranted(flags));
  const roster = await rosterOf({ ...wishes, names: [name], alsoOn: [], all: false });
  const provider = roster.get(name);
  if (provider === undefined) {
    const near = closest(name, roster.names());
    throw new ConfigPatchError("unknown-provider", `there is no agent file of ${name}`, {
      remedy: near === undefined
        ? `there are: ${roster.names().join(", ")}`
        : `did you mean ${near}?`,
    });
  }
  const text = showProvider(provider);
  if (!flags.json) return text;
  const agent = { provider: name, path: provider.source, text };
  return documentJson({ command: "providers", exit: 0 }, { agent });
}

function providerJson(provider: Provider) {
  const { name, defaultOn, source, patches: [patch] } = provider;
  return {
    provider: name,
    defaultOn,
    source,
    file: fileOf(provider),
    format: patch?.format,
    nested: patch?.files.some((file) => file.includes("/")),
    proven: provider.proven,
    notes: provider.notes.length === 0 ? undefined : provider.notes,
  };
}

function fileOf({ hostDir, patches: [patch] }: Provider): string | undefined {
  return patch === undefined ? undefined : `${hostDir}/${patch.files.join(" or ")}`;
}

function formatsText({ flags, formats = defaultFormats }: Invocation): string {
  const list = formats.list();
  if (flags.json) {
    return documentJson({ command: "formats", exit: 0 }, {
      formats: list.map(({ name, extensions }) => ({ format: name, extensions })),
    });
  }
  return columns(list.map(({ name, extensions }) => [name, extensions.join(" ")]));
}
