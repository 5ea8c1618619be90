/**
 * The same wrong shape in a config gets the same code, words and remedy in every format that can have
 * it, with its place, and nothing is written. `tests/formats/target_test.ts` has the same of handlers.
 */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../mod.ts";
import { Scenario } from "../support/scenario.ts";

const URL = "{vault_url}/v1";
const EXTENSIONS = { toml: "toml", yaml: "yaml", json: "json", dotenv: "env" } as const;
type Format = keyof typeof EXTENSIONS;

interface WrongShape {
  readonly what: string;
  /** What the patch says, without the name of the format. */
  readonly patch: Readonly<Record<string, unknown>>;
  /** The config in each format that can have it. */
  readonly configs: Partial<Readonly<Record<Format, string>>>;
  readonly message: string;
  readonly remedy: string;
}

const TABLE = "remove it, or make it a table";
const LIST = "remove it, or make it a list of tables";

const SHAPES: readonly WrongShape[] = [
  {
    what: "a text where a table must be",
    patch: { set: { api: { url: URL } } },
    configs: {
      toml: '# mine\napi = "x"\n',
      yaml: "# mine\napi: x\n",
      json: '{\n  "api": "x"\n}\n',
      dotenv: "# mine\napi=x\n",
    },
    message: "a string stands where a table must be: api",
    remedy: TABLE,
  },
  {
    what: "a number where a table must be",
    patch: { set: { api: { url: URL } } },
    configs: { toml: "# mine\napi = 1\n", yaml: "# mine\napi: 1\n", json: '{\n  "api": 1\n}\n' },
    message: "a number stands where a table must be: api",
    remedy: TABLE,
  },
  {
    what: "a list where a table must be",
    patch: { set: { api: { url: URL } } },
    configs: {
      toml: '# mine\napi = ["x"]\n',
      yaml: "# mine\napi: [x]\n",
      json: '{\n  "api": ["x"]\n}\n',
    },
    message: "a list stands where a table must be: api",
    remedy: TABLE,
  },
  {
    what: "a table where a value must be",
    patch: { set: { url: URL } },
    configs: {
      toml: '# mine\n[url]\nx = "y"\n',
      yaml: "# mine\nurl:\n  x: y\n",
      json: '{\n  "url": { "x": "y" }\n}\n',
    },
    message: "a table stands at url, where a value must be",
    remedy:
      "rename or remove that table; it is not replaced, because that would lose what is in it",
  },
  {
    what: "a text where a list of tables must be",
    patch: { table: "api", match: { name: "n" }, set: { url: URL } },
    configs: {
      toml: '# mine\napi = "x"\n',
      yaml: "# mine\napi: x\n",
      json: '{\n  "api": "x"\n}\n',
      dotenv: "# mine\napi=x\n",
    },
    message: "a string stands where a list of tables must be: api",
    remedy: LIST,
  },
  {
    what: "a table where a list of tables must be",
    patch: { table: "api", match: { name: "n" }, set: { url: URL } },
    configs: {
      toml: '# mine\n[api]\nx = "y"\n',
      yaml: "# mine\napi:\n  x: y\n",
      json: '{\n  "api": { "x": "y" }\n}\n',
    },
    message: "a table stands where a list of tables must be: api",
    remedy: LIST,
  },
  {
    what: "a list of texts where a list of tables must be",
    patch: { table: "api", match: { name: "n" }, set: { url: URL } },
    configs: {
      toml: '# mine\napi = ["x"]\n',
      yaml: "# mine\napi: [x]\n",
      json: '{\n  "api": ["x"]\n}\n',
    },
    message: "a list of other things stands where a list of tables must be: api",
    remedy: LIST,
  },
  {
    what: "a text where `each` goes through",
    patch: { each: ["api", "*"], set: { url: URL } },
    configs: {
      toml: '# mine\napi = "x"\n',
      yaml: "# mine\napi: x\n",
      json: '{\n  "api": "x"\n}\n',
      dotenv: "# mine\napi=x\n",
    },
    message: "something else than a table stands at api",
    remedy: "make it a table, or take it out of the file",
  },
];

for (const { what, patch, configs, message, remedy } of SHAPES) {
  Deno.test(`one answer in every format: ${what}`, async () => {
    for (const [format, config] of Object.entries(configs)) {
      const file = `c.${EXTENSIONS[format as Format]}`;
      const keys = Object.entries(patch).map(([key, value]) => [`${format}_${key}`, value]);
      const scenario = await Scenario.with({ [`_s/${file}`]: config }, {
        p: { host_dir: "_s", shared_config_patch: { file, ...Object.fromEntries(keys) } },
      });
      const error: unknown = await scenario.apply().then(() => undefined, (thrown) => thrown);
      assert.ok(error instanceof ConfigPatchError, `${format}: it did not fail`);
      const told = error.errors.map((one) => [one.code, one.provider, one.message, one.remedy]);
      assert.deepEqual(told, [["shape", "p", message, remedy]], format);
      assert.match(error.errors[0]?.where ?? "", new RegExp(`^_s/${file}:[23]:\\d+$`));
      assert.deepEqual(scenario.files(), { [`_s/${file}`]: config });
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  });
}

Deno.test("a list at the root begins where there is no file, or a blank one, and goes as it came", async () => {
  for (const format of ["json", "yaml"] as const) {
    const file = `_t/c.${format}`;
    const patch = {
      file: `c.${format}`,
      [`${format}_table`]: [],
      [`${format}_match`]: { n: 1 },
      [`${format}_set`]: { u: "{vault_url}" },
    };
    const patches = { t: { host_dir: "_t", shared_config_patch: patch } };
    for (const blank of [undefined, "", "\n \r\n"]) {
      const files: Record<string, string> = blank === undefined ? {} : { [file]: blank };
      const scenario = await Scenario.with(files, patches);
      await scenario.apply();
      const text = scenario.read(file) ?? "";
      assert.match(text, /^\[[^]*"?n"?: 1,[^]*"?u"?: "?http[^]*\]\s*$|^- n: 1/, text);
      assert.equal((await scenario.apply()).changed, false);
      await scenario.disable("t");
      assert.equal(scenario.read(file), blank, format);
      await Deno.remove(scenario.mounts, { recursive: true });
    }
  }
});
