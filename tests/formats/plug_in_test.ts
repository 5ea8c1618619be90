/** A plug-in that breaks what it has to keep is named as what is wrong; files and others are not. */
import assert from "node:assert/strict";
import { confFormat } from "../../examples/conf_format.ts";
import { type ConfigDocument, defaultFormats, type FormatHandler } from "../../formats/mod.ts";
import { applySharedConfigPatches, ConfigPatchError, rosterFrom } from "../../mod.ts";

const FILE = "_t/t.conf";
const AGENT = {
  tool: {
    host_dir: "_t",
    shared_config_patch: { file: "t.conf", conf_set: { url: "{vault_url}" } },
  },
  other: {
    host_dir: "_o",
    shared_config_patch: { file: "o.json", json_set: { url: "{vault_url}" } },
  },
};

type Parse = (text: string) => unknown;

const whole = (text: string): ConfigDocument => confFormat.parse(text);
const put = (splice: unknown): Parse => (text) => other(text, { put: () => splice });

/** The document of the real handler, with something else in a place of it. */
function other(text: string, parts: Readonly<Record<string, unknown>>): unknown {
  const document = whole(text);
  return {
    text,
    value: document.value,
    find: document.find.bind(document),
    put: document.put.bind(document),
    drop: document.drop.bind(document),
    ...parts,
  };
}

function thrown(error: unknown): never {
  throw error;
}

const NAMED = /plug-in for conf/;

/** What is wrong with the plug-in; the code of the error; what it says of the law. */
const BROKEN: readonly (readonly [what: string, parse: Parse, code: string, says: RegExp])[] = [
  [
    "it loses the byte order mark",
    (text) => whole(text.replace("\uFEFF", "")),
    "verification",
    /byte order mark is missing/,
  ],
  ["it keeps another text", () => whole("a=1\n"), "verification", /the text as it was given/],
  ["it gives nothing", () => undefined, "verification", /must give a document/],
  [
    "it has no value",
    (text) => other(text, { value: undefined }),
    "verification",
    /table or a list/,
  ],
  [
    "its value cannot be had",
    (text) =>
      Object.defineProperty(other(text, {}), "value", { get: () => thrown(new Error("v")) }),
    "syntax",
    /failed: Error: v/,
  ],
  ["it throws", () => thrown(new TypeError("x is null")), "syntax", /failed: TypeError: x is null/],
  ["it throws a text", () => thrown("boo"), "syntax", /failed: boo/],
  [
    "put throws",
    (text) => other(text, { put: () => thrown(new TypeError("y")) }),
    "syntax",
    /failed: TypeError: y/,
  ],
  ["find throws", (text) => other(text, { find: () => thrown(new TypeError("z")) }), "syntax", /z/],
  ["put gives nothing", put(undefined), "verification", /must give a splice/],
  [
    "put takes away what does not stand there",
    put({ offset: 0, remove: "zzz", insert: "q", value: { start: 0, end: 1 }, created: [] }),
    "verification",
    /does not stand at offset 0/,
  ],
  [
    "put does not say where the value stands",
    put({ offset: 0, remove: "", insert: "q=1\n", value: { start: 0, end: 9 }, created: [] }),
    "verification",
    /where in `insert` the value stands/,
  ],
  [
    "put changes another place",
    put({ offset: 1, remove: "", insert: "q=1\n", value: { start: 2, end: 3 }, created: [] }),
    "verification",
    /more than its own place|would not parse/,
  ],
];

for (const [what, parse, code, says] of BROKEN) {
  Deno.test(`a broken plug-in is told as that, and nothing is written: ${what}`, async () => {
    const before = "\uFEFFuser=me\n";
    const { error, mounts } = await refusal({
      ...confFormat,
      parse: parse as FormatHandler["parse"],
    });
    assert.equal(`${error.code} ${error.provider} ${error.file}`, `${code} tool ${FILE}`);
    assert.match(`${error.message}`, says);
    assert.match(`${error.remedy}`, NAMED);
    assert.equal(Deno.readTextFileSync(`${mounts}/${FILE}`), before);
    // Who has nothing to do with it is served.
    assert.match(Deno.readTextFileSync(`${mounts}/_o/o.json`), /localhost/);
  });
}

Deno.test("an error of a plug-in's own classes is known by its name and code", async () => {
  const own = Object.assign(new Error("bad line"), {
    name: "ConfigSyntaxError",
    code: "syntax",
    details: { position: { line: 1, column: 2 }, remedy: "mend it" },
  });
  const { error } = await refusal({ ...confFormat, parse: () => thrown(own) });
  assert.equal(`${error.code} ${error.message}`, "syntax bad line");
  assert.equal(`${error.where} ${error.remedy}`, `${FILE}:1:2 mend it`);
});

Deno.test("a plug-in that cannot be loaded, or is another one, is named", async () => {
  const { name, extensions, blank, holdsNull } = confFormat;
  const lazily = (load: () => Promise<unknown>) => ({
    name,
    extensions,
    blank,
    holdsNull,
    load: load as () => Promise<FormatHandler>,
  });
  const gone = await refusal(lazily(() => Promise.reject(new Error("no module"))));
  assert.match(
    `${gone.error.code} ${gone.error.message}`,
    /^option the plug-in for conf cannot be/,
  );
  for (const loaded of [undefined, { ...confFormat, name: "other" }]) {
    const { error } = await refusal(lazily(() => Promise.resolve(loaded)));
    assert.match(
      `${error.code} ${error.message}`,
      /^option what was loaded as the plug-in for conf/,
    );
  }
});

Deno.test("what cannot be a format is refused when it is registered", () => {
  for (
    const bad of [
      null,
      {},
      { ...confFormat, name: "Conf" },
      { ...confFormat, extensions: ".conf" },
      { ...confFormat, extensions: ["conf"] },
      { ...confFormat, blank: undefined },
      { ...confFormat, holdsNull: "no" },
      { ...confFormat, parse: 1 },
    ]
  ) {
    const register = () => defaultFormats.with(bad as unknown as FormatHandler);
    assert.throws(register, { name: "ConfigPatchError", code: "option" }, JSON.stringify(bad));
  }
});

Deno.test("what else a plug-in has stays reachable, and a good one is what it was", async () => {
  const handler = await defaultFormats.with({ ...confFormat, extra: 1 } as FormatHandler).load(
    "conf",
  );
  assert.equal((handler as FormatHandler & { extra: number }).extra, 1);
  const document = handler.parse("a=1\n");
  assert.deepEqual(document.put(["a"], "1"), whole("a=1\n").put(["a"], "1"));
  assert.deepEqual(document.drop(["a"]), whole("a=1\n").drop(["a"]));
  assert.throws(() => document.put(["a", "b"], "1"), { code: "shape" });
});

/** What a run with this plug-in says of its provider, beside another provider. */
async function refusal(
  format: Parameters<typeof defaultFormats.with>[0],
): Promise<{ readonly error: ConfigPatchError; readonly mounts: string }> {
  const formats = defaultFormats.with(format);
  const roster = rosterFrom(AGENT, { formats: defaultFormats.with(confFormat) });
  const mounts = await Deno.makeTempDir({ prefix: "plug-in-" });
  Deno.mkdirSync(`${mounts}/_t`);
  Deno.writeTextFileSync(`${mounts}/${FILE}`, "\uFEFFuser=me\n");
  try {
    await applySharedConfigPatches(roster, mounts, { formats });
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, String(error));
    const [one] = error.errors;
    assert.ok(one !== undefined && error.errors.length === 1);
    return { error: one, mounts };
  }
  return assert.fail("nothing was refused");
}
