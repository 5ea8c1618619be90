/**
 * A small model of the Python reference, written from the facts: it reads a config as values, sets its
 * own, writes the whole file anew in place, and keeps a record of its values beside it. It knows
 * nothing of our code.
 */
import { parse as parseToml, stringify as printToml } from "smol-toml";
import { parseDocument } from "yaml";

const SIDECAR = ".terok-managed-config.json";

/** Where the vault is, for the reference. */
export interface Address {
  readonly url: string;
  readonly socket: string;
}

/** What the reference's own roster says of a provider. */
interface Patch {
  readonly dir: string;
  readonly file: string;
  readonly kind: "toml_top" | "toml_table" | "yaml_top";
  readonly values: (address: Address) => Values;
}

type Values = Record<string, string>;

interface SidecarRecord {
  readonly kind: string;
  readonly values: Values;
  readonly table?: string;
  readonly match?: Values;
  readonly created?: boolean;
}

type Sidecar = Record<string, { providers: Record<string, SidecarRecord[]> }>;

const MATCH: Values = { name: "mistral" };

const PATCHES: Readonly<Record<string, Patch>> = {
  codex: {
    dir: "_codex-config",
    file: "config.toml",
    kind: "toml_top",
    values: ({ url }) => ({
      openai_base_url: `${url}/v1`,
      chatgpt_base_url: `${url}/backend-api/`,
    }),
  },
  vibe: {
    dir: "_vibe-config",
    file: "config.toml",
    kind: "toml_table",
    values: ({ url }) => ({ api_base: `${url}/v1`, api_key_env_var: "MISTRAL_API_KEY" }),
  },
  gh: {
    dir: "_gh-config",
    file: "config.yml",
    kind: "yaml_top",
    values: ({ socket }) => ({ http_unix_socket: socket }),
  },
};

/** Sets the values of all three providers. */
export function referenceApplies(mounts: string, address: Address): void {
  for (const [provider, { dir, file, kind, values }] of Object.entries(PATCHES)) {
    const path = `${mounts}/${dir}/${file}`;
    Deno.mkdirSync(`${mounts}/${dir}`, { recursive: true });
    const wanted = values(address);
    const record: SidecarRecord = { kind, values: wanted };
    if (kind === "yaml_top") {
      edit(path, (text) => {
        const document = parseDocument(text);
        for (const [key, value] of Object.entries(wanted)) document.set(key, value);
        return document.toString();
      });
      recordValues(`${mounts}/${dir}`, file, provider, record);
      continue;
    }
    let created = false;
    edit(path, (text) => {
      const root = parseToml(text) as Record<string, unknown>;
      if (kind === "toml_top") Object.assign(root, wanted);
      else {
        const entries = (root.providers ??= []) as Values[];
        const found = entries.find(isMatched);
        created = found === undefined;
        if (found === undefined) entries.push({ ...MATCH, ...wanted });
        else Object.assign(found, wanted);
      }
      return printToml(root);
    });
    recordValues(
      `${mounts}/${dir}`,
      file,
      provider,
      kind === "toml_top" ? record : { ...record, table: "providers", match: MATCH, created },
    );
  }
}

/** Takes out what the records say, where it still stands so. A file that is empty then stays. */
export function referenceDisables(mounts: string): void {
  for (const [provider, { dir }] of Object.entries(PATCHES)) {
    const sidecar = readSidecar(`${mounts}/${dir}`);
    for (const [file, { providers }] of Object.entries(sidecar)) {
      for (const record of providers[provider] ?? []) {
        takeOut(`${mounts}/${dir}/${file}`, record);
      }
      delete providers[provider];
      if (Object.keys(providers).length === 0) delete sidecar[file];
    }
    writeSidecar(`${mounts}/${dir}`, sidecar);
  }
}

function takeOut(path: string, { kind, values, match, created }: SidecarRecord): void {
  if (read(path) === undefined) return;
  if (kind === "yaml_top") {
    edit(path, (text) => {
      const document = parseDocument(text);
      for (const [key, value] of Object.entries(values)) {
        if (document.get(key) === value) document.delete(key);
      }
      return document.toString();
    });
    return;
  }
  edit(path, (text) => {
    const root = parseToml(text) as Record<string, unknown>;
    const entries = root.providers as Values[] | undefined;
    const target = kind === "toml_top" ? root : entries?.find(isMatched);
    if (target === undefined) return printToml(root);
    for (const [key, value] of Object.entries(values)) {
      if (target[key] === value) delete target[key];
    }
    if (kind === "toml_table" && entries !== undefined) {
      const isBare = JSON.stringify(target) === JSON.stringify(match);
      if (created === true && isBare) entries.splice(entries.indexOf(target as Values), 1);
      if (entries.length === 0) delete root.providers;
    }
    return printToml(root);
  });
}

function isMatched(entry: Values): boolean {
  return Object.entries(MATCH).every(([key, value]) => entry[key] === value);
}

function recordValues(dir: string, file: string, provider: string, record: SidecarRecord): void {
  const sidecar = readSidecar(dir);
  const { providers } = sidecar[file] ??= { providers: {} };
  providers[provider] = [record];
  writeSidecar(dir, sidecar);
}

function readSidecar(dir: string): Sidecar {
  const text = read(`${dir}/${SIDECAR}`);
  return text === undefined ? {} : (JSON.parse(text) as { files: Sidecar }).files;
}

function writeSidecar(dir: string, files: Sidecar): void {
  const path = `${dir}/${SIDECAR}`;
  if (Object.keys(files).length > 0) {
    Deno.writeTextFileSync(path, `${JSON.stringify({ files, version: 1 }, null, 2)}\n`);
  } else if (read(path) !== undefined) Deno.removeSync(path);
}

/** Writes a file anew in place, as the reference does. */
function edit(path: string, change: (text: string) => string): void {
  Deno.writeTextFileSync(path, change(read(path) ?? ""));
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
