/** `location`, `providers`, `formats`: what there is, without touching the mounts. @module */
import { defaultFormats } from "../formats/mod.ts";
import type { Provider } from "../roster/types.ts";
import { documentJson } from "./json.ts";
import type { Flags, Invocation } from "./parse.ts";
import { columns } from "./report.ts";
import { locationOf, rosterOf } from "./setup.ts";
import { write } from "./terminal.ts";

/** Runs one of them. */
export async function runList({ command, flags }: Invocation): Promise<number> {
  const text = command === "location"
    ? locationText(flags)
    : command === "providers"
    ? await providersText(flags)
    : formatsText(flags);
  await write("stdout", text);
  return 0;
}

function locationText(flags: Flags): string {
  const { url, socket } = locationOf(flags);
  if (flags.json) return documentJson({ location: { url, socket } });
  return columns([["url", url === "" ? "(none)" : url], [
    "socket",
    socket === "" ? "(none)" : socket,
  ]]);
}

async function providersText(flags: Flags): Promise<string> {
  const roster = await rosterOf(flags);
  const providers = roster.names().flatMap((name) => roster.get(name) ?? []);
  if (flags.json) return documentJson({ providers: providers.map(providerJson) });
  const rows = providers.map((provider) => [
    provider.name,
    // What is not on by default comes from the catalog.
    provider.defaultOn ? "on" : "when named",
    fileOf(provider) ?? "(no patch)",
    provider.source,
  ]);
  return rows.length === 0 ? "the roster is empty\n" : columns(rows);
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
  };
}

function fileOf({ hostDir, patches: [patch] }: Provider): string | undefined {
  return patch === undefined ? undefined : `${hostDir}/${patch.files.join(" or ")}`;
}

function formatsText(flags: Flags): string {
  const formats = defaultFormats.list();
  if (flags.json) {
    return documentJson({
      formats: formats.map(({ name, extensions }) => ({ format: name, extensions })),
    });
  }
  return columns(formats.map(({ name, extensions }) => [name, extensions.join(" ")]));
}
