/**
 * The one table of what an agent file may say. The parser, the types of `agent_object.ts`,
 * `agent.schema.json` and the reference in `docs/agent-files.md` all come from it.
 *
 * @module
 */
import type { ConfigValue } from "../formats/types.ts";
import { isList, isTable } from "../formats/value.ts";

/** A kind of value, in the words of each of its readers. */
export interface Shape {
  /** What a message asks for: `x has to be ${words}`. */
  readonly words: string;
  /** The type in TypeScript. */
  readonly type: string;
  /** The type in JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether a value is of this kind; what is inside of it is not looked at further than needed. */
  readonly fits: (value: ConfigValue) => boolean;
}

/** A key, and what it means. */
export interface Key {
  /** Its name; in `<format>_set` and the like, `<format>` is any registered format. */
  readonly key: string;
  /** What it holds. */
  readonly shape: Shape;
  /** Where else it may stand, in terok-executor's layouts: `vault.shared_config_patch`. */
  readonly places?: readonly string[];
  /** What it means, in Markdown; several sentences are fine. */
  readonly says: string;
  /** A value of it, in YAML. */
  readonly example: string;
}

const isText = (value: ConfigValue) => typeof value === "string" && value !== "";
const isTexts = (value: ConfigValue) => isList(value) && value.every(isText);

const TEXT: Shape = {
  words: "a text",
  type: "string",
  schema: { type: "string", minLength: 1 },
  fits: isText,
};

const FLAG: Shape = {
  words: "true or false",
  type: "boolean",
  schema: { type: "boolean" },
  fits: (value) => typeof value === "boolean",
};

const NAMES: Shape = {
  words: "a text, or a list of texts",
  type: "string | readonly string[]",
  schema: {
    anyOf: [
      { type: "string", minLength: 1 },
      { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
    ],
  },
  fits: (value) => isText(value) || (isTexts(value) && isList(value) && value.length > 0),
};

const KEYS: Shape = {
  words: "a key, or a list of keys",
  type: "string | readonly string[]",
  schema: {
    anyOf: [
      { type: "string", minLength: 1 },
      { type: "array", items: { type: "string", minLength: 1 } },
    ],
  },
  fits: (value) => isText(value) || isTexts(value),
};

const VALUES: Shape = {
  words: "a mapping",
  type: "PatchValues",
  schema: { type: "object" },
  fits: isTable,
};

const MATCH: Shape = {
  words: "a mapping",
  type: "Readonly<Record<string, string | number | bigint | boolean>>",
  schema: {
    type: "object",
    minProperties: 1,
    additionalProperties: { type: ["string", "number", "boolean"] },
  },
  fits: isTable,
};

const VARIANTS: Shape = {
  words: "a mapping of credential types to mappings",
  type: "Readonly<Record<string, PatchValues | null>>",
  schema: { type: "object", additionalProperties: { type: ["object", "null"] } },
  fits: (value) =>
    isTable(value) && Object.values(value).every((one) => one === null || isTable(one)),
};

const RULES: Shape = {
  words: "a list of rules",
  type: "readonly BypassObject[]",
  schema: { type: "array", items: { $ref: "#/$defs/rule" } },
  fits: (value) => isList(value) && value.every((one) => isTable(one)),
};

const LIST: Shape = {
  words: "a list of values",
  type: "readonly PatchValue[]",
  schema: { type: "array" },
  fits: isList,
};

const PATCHES: Shape = {
  words: "a mapping, or a list of mappings",
  type: "PatchObject | readonly PatchObject[]",
  schema: {
    anyOf: [
      { $ref: "#/$defs/patch" },
      { type: "array", items: { anyOf: [{ $ref: "#/$defs/patch" }, { const: "_inherit" }] } },
    ],
  },
  fits: (value) =>
    isTable(value) || (isList(value) && value.length > 0 && value.every((one) => isTable(one))),
};

/** Three or four octal digits; that they lie within 0666 is said in words of its own. */
const MODE: Shape = {
  words: 'a text of three or four octal digits, such as "0600"',
  type: "string",
  schema: { type: "string", pattern: "^0?[46][0246][0246]$" },
  fits: (value) => typeof value === "string" && /^[0-7]{3,4}$/.test(value),
};

/** What an agent says of itself; all that it says besides is another program's business. */
export const AGENT_KEYS: readonly Key[] = [
  {
    key: "host_dir",
    shape: TEXT,
    places: ["auth.host_dir"],
    says: "The directory, directly in the mounts, that is bound into the containers as the " +
      "program's config directory: one plain path segment. Where there is no `auth` section but " +
      "an `opencode` section, it is `_<name>-config`.",
    example: "host_dir: _codex-config",
  },
  {
    key: "shared_config_patch",
    shape: PATCHES,
    places: ["vault.shared_config_patch", "provider.config_patch"],
    says: "The files in the host dir, and the values to hold there: one patch, or a list of " +
      "patches (several files, or several places of one file). All of a provider's patches are " +
      "planned together: if one cannot be planned, none is written.",
    example: 'shared_config_patch: { file: config.yml, yaml_set: { proxy: "{vault_url}" } }',
  },
  {
    key: "credential_type",
    shape: TEXT,
    places: ["provider.credential_type", "vault.credential_type"],
    says: "The type of the credential that is in use unless somebody says otherwise " +
      "(`--credential NAME=TYPE`); see `by_credential_type`.",
    example: "credential_type: api_key",
  },
  {
    key: "notes",
    shape: NAMES,
    says: "What no file can route, for the user: `status` and `providers --show` print it.",
    example: "notes: [Logins in the browser do not go through the vault.]",
  },
  {
    key: "proven",
    shape: TEXT,
    says:
      "How the route is known: `run at VERSION` where the program was seen to go to the vault, " +
      "`documentation only` where nobody has run it. `status`, `providers` and `enable` print it.",
    example: "proven: run at 2.46.0",
  },
];

/** What a patch may say. Exactly one format is named in one patch. */
export const PATCH_KEYS: readonly Key[] = [
  {
    key: "file",
    shape: NAMES,
    says:
      "The file's name in the host dir. Or the names of which the program reads **one only**, " +
      "weakest first: ours goes into the last that exists, else into the first. Of a program that " +
      "*merges* several files, name the strongest alone. A name with `/` in it is refused unless " +
      "nested files are allowed (`--allow-nested`).",
    example: "file: config.toml",
  },
  {
    key: "<format>_set",
    shape: VALUES,
    says:
      "The values to hold. Nested mappings merge key by key; scalars and lists are set whole. " +
      "Tokens in texts are replaced at any depth.",
    example: 'json_set: { env: { ANTHROPIC_BASE_URL: "{vault_url}" } }',
  },
  {
    key: "<format>_table",
    shape: KEYS,
    says:
      "The list of tables into whose entries `set` goes: a key, or a list of keys that lead to " +
      "it; `[]` is a list at the root. Needs `<format>_match`. **Every** entry that matches is " +
      "routed; where none does, one is created, and taken back as soon as another one matches.",
    example: "toml_table: providers",
  },
  {
    key: "<format>_match",
    shape: MATCH,
    says: "The keys and values by which an entry is known. No tokens, and nothing that `set` sets.",
    example: "toml_match: { name: mistral }",
  },
  {
    key: "<format>_each",
    shape: KEYS,
    says:
      '`set` goes into every table that this path meets; `"*"` stands for every key or entry. ' +
      "With `<format>_match`, tables that do not match are passed over. Creates nothing, and " +
      "meeting nothing is no error.",
    example: 'json_each: [modelProviders, "*", "*"]',
  },
  {
    key: "<format>_default",
    shape: VALUES,
    says: "What the program needs beside the route so that it takes what we create (a version, a " +
      "name, a model). Written only together with a table, an entry or a file that is created in " +
      "the same run; never compared and never written later. No tokens, nothing that `set` sets, " +
      "and not with `<format>_each`. A patch in a list may have only defaults.",
    example: 'json_default: { version: "1.0" }',
  },
  {
    key: "by_credential_type",
    shape: VARIANTS,
    says: "What differs by the type of the credential in use, laid over `<format>_set`. A type " +
      "without a variant is an error that names those that there are.",
    example: 'by_credential_type: { api_key: { base_url: "{vault_url}/v1" } }',
  },
  {
    key: "bypassed_by",
    shape: RULES,
    says: "What sends the program past these values; see below.",
    example: "bypassed_by: [{ path: model_provider, why: Then another address is used. }]",
  },
  {
    key: "mode",
    shape: MODE,
    says:
      "The permission bits of a file that we begin, as text: three or four octal digits within " +
      '`"0666"`. A file that we began is brought to it; a file of the user\'s that allows more is ' +
      "an error. Without it: 0644 less the umask.",
    example: 'mode: "0600"',
  },
  {
    key: "json_strict",
    shape: FLAG,
    says:
      "The program silently ignores a file with comments or trailing commas, so such a file is " +
      "refused.",
    example: "json_strict: true",
  },
];

/** What a rule of `bypassed_by` may say. */
export const RULE_KEYS: readonly Key[] = [
  {
    key: "file",
    shape: TEXT,
    says: "Another file of the host dir, or a pattern of names in it: `*` stands for one or more " +
      "characters, and never means the patch's own file. Without it: the patch's own file.",
    example: 'file: "*.config.toml"',
  },
  {
    key: "format",
    shape: TEXT,
    says: "The format of that file. Without it: by the file's extension, else the patch's.",
    example: "format: toml",
  },
  {
    key: "path",
    shape: KEYS,
    says: 'The setting, as a key or a list of keys; `"*"` stands for every key or entry. Without ' +
      "it, that the file exists is the bypass.",
    example: 'path: [profiles, "*", model_provider]',
  },
  {
    key: "replaced",
    shape: NAMES,
    says:
      "Instead of `path`: how the texts begin that the program replaces in the file before it " +
      "reads it; each ends at the next `}`. The bypass is one in a key, or one that does not end " +
      "within its own value: then the program reads other settings than stand there.",
    example: 'replaced: "{env:"',
  },
  {
    key: "unless",
    shape: LIST,
    says:
      "The values that are no bypass. Tokens are replaced. A setting that is absent or null is " +
      "none either.",
    example: "unless: [openai]",
  },
  {
    key: "why",
    shape: TEXT,
    says: "What the program does then, in one sentence. It is printed.",
    example: "why: Codex then uses the base_url of that entry of model_providers.",
  },
];

/** The parts of a patch's keys that follow `<format>_`. */
export const FORMAT_PARTS = ["set", "table", "match", "each", "default"] as const;

/** One of {@linkcode FORMAT_PARTS}. */
export type FormatPart = (typeof FORMAT_PARTS)[number];

/** The shape of a key of a patch or a rule, or of a format's part: `toml_set`. */
export function shapeOf(keys: readonly Key[], key: string): Shape | undefined {
  const exact = keys.find((one) => one.key === key);
  if (exact !== undefined) return exact.shape;
  const [, part] = /^[a-z][a-z0-9]*_([a-z]+)$/.exec(key) ?? [];
  return keys.find((one) => one.key === `<format>_${part}`)?.shape;
}
