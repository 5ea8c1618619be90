/** Who plays: providers and the forms that their patches take, users' files, and how they are read. */
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseToml, stringify as stringifyToml } from "smol-toml";
import { parse as parseYaml, stringify as stringifyYaml } from "yaml";
import type { rosterFrom } from "../../mod.ts";
import { JSONC, TOML, YAML } from "./documents.ts";
import { isBlank, type Tree } from "./memory.ts";
import type { Patch } from "./rules.ts";
import { type Aim, aimOf, type Want } from "./wants.ts";

/** A format, its files, and what its users do to them. */
export interface Stage {
  readonly format: string;
  readonly file: string;
  /** Another file of that host dir, for whoever patches two. */
  readonly second: string;
  /** Where a provider's patch may move to. */
  readonly other: string;
  /** What the user may have before our first run. */
  readonly documents: readonly (string | undefined)[];
  /** Whether a text is of the format's strict dialect, where it has one. */
  isStrict?(text: string): boolean;
  /** How a comment begins. */
  readonly comment: string;
  /** The tree that a text says, by a parser that is not the program's. */
  read(text: string): unknown;
  /** A whole file as a program writes it that keeps no comments. */
  print(tree: Record<string, unknown>): string;
}

/** The three formats. */
export const STAGES: readonly Stage[] = [
  {
    format: "toml",
    file: "_a/config.toml",
    second: "_a/second.toml",
    other: "_b/other.toml",
    documents: TOML,
    comment: "#",
    read: (text) => parseToml(text),
    print: (tree) => stringifyToml(tree),
  },
  {
    format: "yaml",
    file: "_a/config.yml",
    second: "_a/second.yml",
    other: "_b/other.yml",
    documents: YAML,
    comment: "#",
    read: (text) => parseYaml(text) ?? {},
    print: (tree) => stringifyYaml(tree),
  },
  {
    format: "json",
    file: "_a/settings.json",
    second: "_a/second.json",
    other: "_b/other.json",
    documents: JSONC,
    comment: "//",
    isStrict: (text) => {
      try {
        return isBlank(text) || JSON.parse(text) !== undefined;
      } catch {
        return false;
      }
    },
    read: (text) => parseJsonc(text.replace(/^\uFEFF/, "")),
    print: (tree) => `${JSON.stringify(tree, null, 3)}\n`,
  },
];

/** What each provider wants: the place, the value as JSON with tokens, and more in a few words. */
type Line = readonly [place: string, json: string, ...("default" | "second file")[]];

/** By provider; those with places of several forms, or in two files, have a list of patches. */
const WANTS: Readonly<Record<string, readonly Line[]>> = {
  p: [["url", '"{vault_url}/v1"'], ["nested.inner.a", '"{vault_url}"']],
  q: [["nested.inner.b", '"fixed"'], ["socket", '"{vault_socket}"']],
  r: [
    ["providers[ours].base", '"{vault_url}"'],
    ["providers[ours].key", '"KEY"'],
    ["providers[ours].version", "1", "default"],
  ],
  s: [["providers[ours].base", '"{vault_url}"'], ["providers[ours].extra", "7"]],
  t: [["mine", '"t"'], ["nested.own", '["{vault_url}","x"]'], ["url", '"{vault_url}/v1"']],
  u: [["deep.u", '"{vault_url}/u"'], ["providers[ours].more", '"{vault_url}/m"']],
  // Two files, and what a new file needs.
  f: [
    ["split.f", '"{vault_url}/f"'],
    ["url", '"{vault_url}"', "second file"],
    ["version", "2", "default", "second file"],
  ],
  // What a new table needs.
  d: [
    ["fresh.url", '"{vault_url}"'],
    ["fresh.key", '"KEY"'],
    ["fresh.version", "1", "default"],
  ],
  // Every entry that matches, and what a new one needs.
  v: [
    ["models[kind=x].base", '"{vault_url}"'],
    ["models[kind=x].key", '"KEY"'],
    ["models[kind=x].note", '"n"', "default"],
  ],
  // Whatever entries and tables there are.
  w: [["models[*].more", '"{vault_url}/w"'], ["models[*kind=y].extra", '"y"']],
  e: [["accounts.*.url", '"{vault_url}/e"']],
};

/** The names of the providers. */
export const NAMES: readonly string[] = Object.keys(WANTS);

/** What may become of a provider's patch. */
export type Form = "full" | "less" | "moved" | "bare" | "gone";

/** The forms, by provider. */
export type Forms = ReadonlyMap<string, Form>;

/** A provider's patches as the rules know them, by file. */
export function patchesOf(stage: Stage, name: string, form: Form): Patch[] {
  if (form === "bare" || form === "gone") return [];
  const lines = WANTS[name] ?? [];
  const byFile = Map.groupBy(form === "less" ? lines.slice(1) : lines, ([, , ...more]) => {
    if (form === "moved") return stage.other;
    return more.includes("second file") ? stage.second : stage.file;
  });
  return [...byFile].map(([file, some]) => ({
    file,
    wants: some.map(([place, template, ...more]): Want => {
      const kind = aimOf(place)?.isEach === true ? "each" : "set";
      return { place, template, kind: more.includes("default") ? "default" : kind };
    }),
  }));
}

/** The same as a roster has it. */
export function rosterOf(stage: Stage, forms: Forms): Parameters<typeof rosterFrom>[0] {
  return Object.fromEntries(
    [...forms].filter(([, form]) => form !== "gone").map(([name, form]) => {
      const own = patchesOf(stage, name, form);
      const host_dir = own[0]?.file.replace(/\/.*/, "") ?? "_a";
      const patches = own.flatMap(({ file, wants }) =>
        [...Map.groupBy(wants, ({ place }) => JSON.stringify(partsOf(place).aim))].map(
          ([, some]) => patchObject(stage.format, file.replace(/.*\//, ""), some),
        )
      );
      if (patches.length === 0) return [name, { host_dir }];
      return [name, { host_dir, shared_config_patch: patches.length > 1 ? patches : patches[0] }];
    }),
  ) as Parameters<typeof rosterFrom>[0];
}

/** One patch of a roster: wants of one form. */
function patchObject(format: string, file: string, wants: readonly Want[]) {
  const patch: Record<string, unknown> = { file };
  for (const { place, template, kind } of wants) {
    const { aim, inner } = partsOf(place);
    const { outer, isEach, match } = aim ?? { isEach: false };
    if (outer !== undefined) {
      patch[`${format}_${isEach ? "each" : "table"}`] = isEach ? [outer, "*"] : outer;
    }
    if (match !== undefined) patch[`${format}_match`] = { [match.key]: match.value };
    const to = `${format}_${kind === "default" ? "default" : "set"}`;
    putInto((patch[to] ??= {}) as Record<string, unknown>, inner, JSON.parse(template));
  }
  return patch;
}

/** What a patch says of where a value is: of which tables, and the place in each of them. */
function partsOf(place: string): { readonly aim?: Omit<Aim, "inner">; readonly inner: string } {
  const [, outer, value, rest] = /^(\w+)\[(\w+)\]\.(.+)$/.exec(place) ?? [];
  if (outer !== undefined && value !== undefined && rest !== undefined) {
    return { aim: { outer, isEach: false, match: { key: "name", value } }, inner: rest };
  }
  const aim = aimOf(place);
  if (aim === undefined) return { inner: place };
  const { inner, ...where } = aim;
  return { aim: where, inner };
}

function putInto(set: Record<string, unknown>, place: string, value: unknown): void {
  const keys = place.split(".");
  let table = set;
  for (const key of keys.slice(0, -1)) table = (table[key] ??= {}) as Record<string, unknown>;
  table[keys[keys.length - 1] ?? ""] = value;
}

/** The leaves and containers that a text says; an entry of a list goes by its name, if it has one. */
export function treeOf(stage: Stage, text: string): Tree {
  const tree: Tree = { leaves: new Map(), containers: new Set() };
  if (!isBlank(text)) visit(stage.read(text), "", tree);
  return tree;
}

function visit(value: unknown, place: string, tree: Tree): void {
  const isEntries = Array.isArray(value) &&
    value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item));
  if (typeof value !== "object" || (Array.isArray(value) && !isEntries)) {
    tree.leaves.set(place, JSON.stringify(value));
    return;
  }
  // The root counts where something is in it.
  if (place !== "" || Object.keys(value ?? {}).length > 0) tree.containers.add(place);
  if (isEntries) {
    for (const { name = "", ...rest } of value) visit(rest, `${place}[${name}]`, tree);
    return;
  }
  for (const [key, item] of Object.entries(value ?? {})) {
    visit(item, place === "" ? key : `${place}.${key}`, tree);
  }
}

/** A place as a path of the program's; entries that a tree has are told by their number. */
export function pathOf(place: string, tree?: unknown): (string | number | { name: string })[] {
  let value = tree;
  return [...place.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([text, name]) => {
    if (name === undefined) {
      value = (value as Record<string, unknown> | null | undefined)?.[text];
      return text;
    }
    const entries = Array.isArray(value) ? value : [];
    const at = entries.findIndex((item) => (item?.name ?? "") === name);
    value = entries[at];
    return at === -1 ? { name } : at;
  });
}

/** A path as a place of a text with this tree. */
export function placeIn(path: readonly (string | number)[], tree: unknown): string {
  let value = tree;
  return path.map((step, depth) => {
    value = (value as Record<string | number, unknown> | null | undefined)?.[step];
    if (typeof step === "string") return depth === 0 ? step : `.${step}`;
    return `[${(value as { name?: string } | undefined)?.name ?? ""}]`;
  }).join("");
}
