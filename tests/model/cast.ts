/** Who plays: providers and the forms that their patches take, users' files, and how they are read. */
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseToml, stringify as stringifyToml } from "smol-toml";
import { parse as parseYaml, stringify as stringifyYaml } from "yaml";
import type { rosterFrom } from "../../mod.ts";
import { isBlank, type Tree } from "./memory.ts";
import type { Patch } from "./rules.ts";

/** A format, its files, and what its users do to them. */
export interface Stage {
  readonly format: string;
  readonly file: string;
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

const TOML = [
  undefined,
  "",
  "# c1\n",
  '# c1\nmine = "u" # c2\n\n[nested]\nuser = 1 # c3\n# c4\n',
  '[[providers]]\nname = "other"\nbase = "x" # c1\n\n# c2\n[[providers]]\nname = "ours"\n# c3\n\n[last]\nk = 1',
  'mine = "u"\nproviders = [\n  { name = "other", base = "x" }, # c1\n]\nnested.inner.a = "user\'s" # c2\n',
  '\uFEFFurl = "https://user.example"\r\n\r\n[nested.inner] # c1\r\nuser = true\r\n',
  'providers = [{name = "other", base = "x"}, {name = "ours"}] # c1\nnested = { inner = { user = 1 } }\n',
  "[[providers]] # c1\nname = 'ours' # c2\nkey = 'mine' # c3\n  [providers.sub]\n  user = 1\n\n[nested.inner.user]\nk = 1\n[nested] # c4\n",
  'text = """\none\n# two"""\nproviders = [] # c1\n\n# c2\n\n\n[nested]\n\n\n# c3\n[last]\n\n',
];
const YAML = [
  undefined,
  "",
  "# c1\n",
  "# c1\nmine: u # c2\nnested:\n  user: 1 # c3\n  # c4\n",
  "providers:\n  - name: other\n    base: x # c1\n  # c2\n  - name: ours\nlast: {k: 1} # c3\n",
  "---\nmine: 'u'\nproviders: [{name: other, base: x}] # c1\nnested:\n    inner:\n        a: user's # c2\n",
  "url: https://user.example\r\n\r\nnested: # c1\r\n  inner: {user: true}\r\ntext: |\r\n  one\r\n  two",
  "nested: # c1\nproviders:\n- name: other # c2\n\n# c3\n- name: ours\n  key: mine # c4\ntext: >-\n  one\n\n  two\n",
  "# c1\n{mine: u, nested: {inner: {}}} # c2\n",
  "%YAML 1.2\n---\n# c1\nlast:\n  - user: 1 # c2\n    name: x\nproviders: []\nmine: |\n  body\n...\n",
  "user: &x {k: 1} # c1\nlast: *x\nnested: {<<: *x}\n",
];
const JSONC = [
  undefined,
  "",
  "// c1\n{}\n",
  '{\n  // c1\n  "mine": "u", // c2\n  "nested": {\n    "user": 1 // c3\n    // c4\n  }\n}\n',
  '{\n\t"providers": [\n\t\t{ "name": "other", "base": "x" }, // c1\n\t\t// c2\n\t\t{ "name": "ours" }\n\t],\n\t"last": { "k": 1 } // c3\n}',
  '{ "mine": "u", "providers": [], "nested": { "inner": { "a": "user\'s" } } } // c1\n',
  '\uFEFF{\r\n    "url": "https://user.example",\r\n    "nested": { "inner": {} } // c1\r\n}\r\n',
  '{"providers":[{"name":"ours","key":"mine"}],"nested":{"inner":{"user":1}}}',
  '{\n  "providers": [ // c1\n  ],\n  "nested": { // c2\n    /* note */ \n  },\n  // c3\n}\n',
  '{\n\n  // c1\n\n  "mine": [1 ],\n  "last": [\n    1, 2, // c2\n  ],\n\n}\n\n// c3\n',
];

/** The three formats. */
export const STAGES: readonly Stage[] = [
  {
    format: "toml",
    file: "_a/config.toml",
    other: "_b/other.toml",
    documents: TOML,
    comment: "#",
    read: (text) => parseToml(text),
    print: (tree) => stringifyToml(tree),
  },
  {
    format: "yaml",
    file: "_a/config.yml",
    other: "_b/other.yml",
    documents: YAML,
    comment: "#",
    read: (text) => parseYaml(text) ?? {},
    print: (tree) => stringifyYaml(tree),
  },
  {
    format: "json",
    file: "_a/settings.json",
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

/** What each provider wants, by place: JSON with tokens. */
const WANTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  p: [["url", '"{vault_url}/v1"'], ["nested.inner.a", '"{vault_url}"']],
  q: [["nested.inner.b", '"fixed"'], ["socket", '"{vault_socket}"']],
  r: [["providers[ours].base", '"{vault_url}"'], ["providers[ours].key", '"KEY"']],
  s: [["providers[ours].base", '"{vault_url}"'], ["providers[ours].extra", "7"]],
  t: [["mine", '"t"'], ["nested.own", '["{vault_url}","x"]'], ["url", '"{vault_url}/v1"']],
  // Its patches are a list: one for the root's keys, one for the entry.
  u: [
    ["deep.u", '"{vault_url}/u"'],
    ["providers[ours].more", '"{vault_url}/m"'],
  ],
};

/** The names of the providers. */
export const NAMES: readonly string[] = Object.keys(WANTS);

/** What may become of a provider's patch. */
export type Form = "full" | "less" | "moved" | "bare" | "gone";

/** The forms, by provider. */
export type Forms = ReadonlyMap<string, Form>;

/** A patch as the rules know it; `undefined` where there is none. */
export function patchOf(stage: Stage, name: string, form: Form): Patch | undefined {
  if (form === "bare" || form === "gone") return undefined;
  const all = WANTS[name] ?? [];
  const wants = new Map(form === "less" ? all.slice(1) : all);
  return { file: form === "moved" ? stage.other : stage.file, wants };
}

/** The same as a roster has it. */
export function rosterOf(stage: Stage, forms: Forms): Parameters<typeof rosterFrom>[0] {
  const { format } = stage;
  return Object.fromEntries(
    [...forms].filter(([, form]) => form !== "gone").map(([name, form]) => {
      const patch = patchOf(stage, name, form);
      const [host_dir = "_a", file] = (patch?.file ?? "_a").split("/");
      if (patch === undefined) return [name, { host_dir }];
      const entryOf = (place: string) => /^providers\[(\w+)\]\./.exec(place)?.[1];
      const patches = [...Map.groupBy(patch.wants, ([place]) => entryOf(place))].map(
        ([entry, wants]) => {
          const set = { file, [`${format}_set`]: setOf(wants) };
          if (entry === undefined) return set;
          const where = { [`${format}_table`]: "providers", [`${format}_match`]: { name: entry } };
          return { ...set, ...where };
        },
      );
      return [name, { host_dir, shared_config_patch: patches.length > 1 ? patches : patches[0] }];
    }),
  ) as Parameters<typeof rosterFrom>[0];
}

/** Values by place as a patch has them: nested, and within their entry. */
function setOf(wants: readonly (readonly [string, string])[]): Record<string, unknown> {
  const set: Record<string, unknown> = {};
  for (const [place, json] of wants) {
    const keys = place.replace(/^providers\[\w+\]\./, "").split(".");
    let table = set;
    for (const key of keys.slice(0, -1)) {
      table = (table[key] ??= {}) as Record<string, unknown>;
    }
    table[keys[keys.length - 1] ?? ""] = JSON.parse(json);
  }
  return set;
}

/** The leaves and containers that a text says. */
export function treeOf(stage: Stage, text: string): Tree {
  const tree: Tree = { leaves: new Map(), containers: new Set() };
  if (!isBlank(text)) visit(stage.read(text), "", tree);
  return tree;
}

function visit(value: unknown, place: string, tree: Tree): void {
  const isList = Array.isArray(value);
  const isEntries = isList && value.every((item) => typeof item?.name === "string");
  if (typeof value !== "object" || (isList && !isEntries)) {
    tree.leaves.set(place, JSON.stringify(value));
    return;
  }
  if (place !== "") tree.containers.add(place);
  if (isList) {
    for (const { name, ...rest } of value) visit(rest, `${place}[${name}]`, tree);
    return;
  }
  for (const [key, item] of Object.entries(value ?? {})) {
    visit(item, place === "" ? key : `${place}.${key}`, tree);
  }
}

/** A place as a path of the program's. */
export function pathOf(place: string): (string | { readonly name: string })[] {
  return [...place.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map((match) =>
    match[1] === undefined ? match[0] : { name: match[1] }
  );
}
