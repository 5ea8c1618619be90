/**
 * What we write stands where a careful person would have put it, in whole runs: kinds of cases from the
 * field with their relatives. Taking it back gives the original. `tests/formats/style/` has more.
 */
import assert from "node:assert/strict";
import { type Patches, Scenario } from "../support/scenario.ts";

interface Row {
  readonly what: string;
  readonly file: string;
  /** The patch without the name of its format, in the order of an agent file. */
  readonly patch: Readonly<Record<string, unknown>>;
  readonly before: string;
  readonly after: string;
}

const U = "http://localhost:9419";
const SET = { set: { url: "{vault_url}" } };
const ENTRY = {
  table: "l",
  match: { name: "n" },
  set: { url: "{vault_url}", key: "K" },
  default: { model: "m", api: "a" },
};

const ROWS: readonly Row[] = [
  {
    what: "D1: a new key stands below `$schema`",
    file: "c.json",
    patch: SET,
    before: '{\n  "$schema": "https://x/s.json",\n  "theme": "dark"\n}\n',
    after: `{\n  "$schema": "https://x/s.json",\n  "url": "${U}",\n  "theme": "dark"\n}\n`,
  },
  {
    what: "D1, relative: also a new table, and behind the comment of `$schema`",
    file: "c.jsonc",
    patch: { set: { api: { url: "{vault_url}" } } },
    before: '{\n  "$schema": "s.json", // of the client\n  "theme": "dark"\n}\n',
    after:
      `{\n  "$schema": "s.json", // of the client\n  "api": {\n    "url": "${U}"\n  },\n  "theme": "dark"\n}\n`,
  },
  {
    what: "D1, relative: a `$schema` that is not the first key keeps nothing below it",
    file: "c.json",
    patch: SET,
    before: '{\n  "theme": "dark",\n  "$schema": "s.json"\n}\n',
    after: `{\n  "url": "${U}",\n  "theme": "dark",\n  "$schema": "s.json"\n}\n`,
  },
  {
    what: "D2: the comma comes behind the last entry, before its comment",
    file: "c.jsonc",
    patch: ENTRY,
    before: '{\n  "l": [\n    { "name": "x" } // mine\n  ]\n}\n',
    after: `{\n  "l": [\n    { "name": "x" }, // mine\n` +
      `    { "name": "n", "url": "${U}", "key": "K", "model": "m", "api": "a" }\n  ]\n}\n`,
  },
  {
    what: "D2, relative: in an array of TOML",
    file: "c.toml",
    patch: ENTRY,
    before: 'l = [\n  { name = "x" } # mine\n]\n',
    after: `l = [\n  { name = "x" }, # mine\n` +
      `  { name = "n", url = "${U}", key = "K", model = "m", api = "a" }\n]\n`,
  },
  {
    what: "D2, relative: with a comment of its own line below, and Windows line ends",
    file: "c.jsonc",
    patch: ENTRY,
    before: '{\r\n  "l": [\r\n    { "name": "x" } // mine\r\n    // the end\r\n  ]\r\n}\r\n',
    after: `{\r\n  "l": [\r\n    { "name": "x" }, // mine\r\n` +
      `    { "name": "n", "url": "${U}", "key": "K", "model": "m", "api": "a" }\r\n` +
      "    // the end\r\n  ]\r\n}\r\n",
  },
  {
    what: "D3: a root key stands above the comment of the first table",
    file: "c.toml",
    patch: SET,
    before: "# Where the docs are.\n[docs]\na = 1\n",
    after: `url = "${U}"\n\n# Where the docs are.\n[docs]\na = 1\n`,
  },
  {
    what: "D3, relative: a head of the file that a blank line sets off stays first",
    file: "c.toml",
    patch: SET,
    before: "# My settings.\n\n# Where the docs are.\n[docs]\na = 1\n",
    after: `# My settings.\n\nurl = "${U}"\n\n# Where the docs are.\n[docs]\na = 1\n`,
  },
  {
    what: "D3, relative: so does what names the schema",
    file: "c.toml",
    patch: SET,
    before: "#:schema ./s.json\n# Where the docs are.\n[[docs]]\na = 1\n",
    after: `#:schema ./s.json\nurl = "${U}"\n\n# Where the docs are.\n[[docs]]\na = 1\n`,
  },
  {
    what: "D4: an entry that we create has the order of the agent file",
    file: "c.json",
    patch: ENTRY,
    before: '{\n  "l": []\n}\n',
    after: `{\n  "l": [\n    {\n      "name": "n",\n      "url": "${U}",\n      "key": "K",\n` +
      '      "model": "m",\n      "api": "a"\n    }\n  ]\n}\n',
  },
  {
    what: "D4, relative: keys that are put beside the user's",
    file: "c.json",
    patch: { set: { z: { b: "{vault_url}", a: "1" }, m: "2", y: "3" } },
    before: '{\n  "mine": 1\n}\n',
    after:
      `{\n  "z": {\n    "b": "${U}",\n    "a": "1"\n  },\n  "m": "2",\n  "y": "3",\n  "mine": 1\n}\n`,
  },
  {
    what: "D4, relative: in YAML",
    file: "c.yaml",
    patch: ENTRY,
    before: "mine: 1\n",
    after: `mine: 1\nl:\n  - name: "n"\n    url: "${U}"\n    key: K\n    model: m\n    api: a\n`,
  },
  {
    what: "D4, relative: in a table of TOML",
    file: "c.toml",
    patch: ENTRY,
    before: "mine = 1\n",
    after: `mine = 1\n\n[[l]]\nname = "n"\nurl = "${U}"\nkey = "K"\nmodel = "m"\napi = "a"\n`,
  },
];

for (const { what, file, patch, before, after } of ROWS) {
  Deno.test(`style of whole runs: ${what}`, async () => {
    const format = /toml$/.test(file) ? "toml" : /yaml$/.test(file) ? "yaml" : "json";
    const keys = Object.entries(patch).map(([key, value]) => [`${format}_${key}`, value]);
    const patches: Patches = {
      p: { host_dir: "_s", shared_config_patch: { file, ...Object.fromEntries(keys) } },
    };
    const scenario = await Scenario.with({ [`_s/${file}`]: before }, patches);
    await scenario.apply();
    assert.equal(scenario.read(`_s/${file}`), after);
    await scenario.disable("p");
    assert.equal(scenario.read(`_s/${file}`), before);
    await Deno.remove(scenario.mounts, { recursive: true });
  });
}
