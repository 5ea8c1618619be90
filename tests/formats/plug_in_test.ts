/** A plug-in that breaks what it has to keep is named as what is wrong; files and others are not. */
import assert from "node:assert/strict";
import { confFormat } from "../../examples/conf_format.ts";
import {
  type ConfigDocument,
  type ConfigPath,
  type ConfigValue,
  defaultFormats,
  type FormatHandler,
  OpaqueScalar,
  type Put,
} from "../../formats/mod.ts";
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

/** A list of lists, this many levels deep. */
function nested(levels: number): ConfigValue {
  let value: ConfigValue = "x";
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** A table that holds itself. */
function knot(): Readonly<Record<string, unknown>> {
  const table: Record<string, unknown> = { user: "me" };
  table.again = [{ table }];
  return table;
}

/** What a document of a plug-in has, behind private fields as a class in another language may. */
class Guarded<T extends object> {
  readonly #inner: T;
  constructor(inner: T) {
    this.#inner = inner;
  }
  get inner(): T {
    return this.#inner;
  }
}

class GuardedSplice extends Guarded<Put> {
  get offset() {
    return this.inner.offset;
  }
  get remove() {
    return this.inner.remove;
  }
  get insert() {
    return this.inner.insert;
  }
  get value() {
    return this.inner.value;
  }
  get created() {
    return this.inner.created;
  }
}

class GuardedDocument extends Guarded<ConfigDocument> implements ConfigDocument {
  get text() {
    return this.inner.text;
  }
  get value() {
    return this.inner.value;
  }
  find(path: ConfigPath) {
    return this.inner.find(path);
  }
  put(path: ConfigPath, value: ConfigValue) {
    return new GuardedSplice(this.inner.put(path, value));
  }
  drop(path: ConfigPath) {
    return this.inner.drop(path);
  }
}

class GuardedHandler extends Guarded<FormatHandler> implements FormatHandler {
  get name() {
    return this.inner.name;
  }
  get extensions() {
    return this.inner.extensions;
  }
  get blank() {
    return this.inner.blank;
  }
  get holdsNull() {
    return this.inner.holdsNull;
  }
  parse(text: string) {
    return new GuardedDocument(this.inner.parse(text));
  }
}

/** What is wrong with the plug-in; the code of the error; what it says of the law. */
type Row = readonly [what: string, parse: Parse, code: string, says: RegExp];

const BROKEN: readonly Row[] = [
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
    "its value holds itself",
    (text) => other(text, { value: knot() }),
    "verification",
    /plug-in for conf is wrong: a value holds itself/,
  ],
  [
    "find gives a value that holds itself",
    (text) => other(text, { find: () => ({ value: knot() }) }),
    "verification",
    /plug-in for conf is wrong: a value holds itself/,
  ],
  [
    "its value nests without end",
    (text) => other(text, { value: { user: nested(100) } }),
    "verification",
    /deeper than 100 levels/,
  ],
  [
    "its value holds too much",
    (text) => other(text, { value: new Array(100_000).fill(1) }),
    "verification",
    /more than 100000 values/,
  ],
  [
    "its value holds a hole",
    (text) => other(text, { value: { user: undefined } }),
    "verification",
    /plain data, and this is undefined/,
  ],
  [
    "its value holds what has no keys to compare",
    (text) => other(text, { value: { user: new Date(0) } }),
    "verification",
    /plain data, and this is of the class Date/,
  ],
  [
    "find gives no value",
    (text) => other(text, { find: () => ({}) }),
    "verification",
    /slot with a value, or nothing/,
  ],
  [
    "find gives a span beyond the text",
    (text) => other(text, { find: () => ({ value: "x", span: { start: 0, end: 99 } }) }),
    "verification",
    /`find` must give a span of the text/,
  ],
  [
    "put says that it creates what is no path",
    put({ offset: 0, remove: "", insert: "q", value: { start: 0, end: 1 }, created: ["q"] }),
    "verification",
    /what it creates/,
  ],
  ...[[["url"]], [["other"]], [[], ["url", "x"]]].map((created): Row => [
    `put says that it creates what is not on the way: ${JSON.stringify(created)}`,
    put({ offset: 9, remove: "", insert: "url=1\n", value: { start: 4, end: 5 }, created }),
    "verification",
    /on the way to its place/,
  ]),
  [
    "its comments are no list",
    (text) => other(text, { comments: new Set() }),
    "verification",
    /`comments` must be a list/,
  ],
  [
    "its comments are no spans",
    (text) => other(text, { comments: [{ start: 3, end: 1 }] }),
    "verification",
    /`comments` must be a list of spans/,
  ],
  [
    "its disputed names are no Map",
    (text) => other(text, { disputed: { url: 0 } }),
    "verification",
    /`disputed` must be a Map/,
  ],
  [
    "its disputed names stand nowhere",
    (text) => other(text, { disputed: new Map([["url", -1]]) }),
    "verification",
    /`disputed` must say/,
  ],
  [
    "it counts commas with a text",
    (text) => other(text, { looseCommas: "2" }),
    "verification",
    /`looseCommas` must be a number/,
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

Deno.test("whatever a plug-in throws, its provider alone fails", async () => {
  const named = { name: "ConfigPatchError", code: "unsupported", message: "bad" };
  const odd = { remedy: { text: "x" }, position: 1, sourceLine: 2, context: [], errors: "x" };
  const getter = (key: string) =>
    Object.defineProperty({ ...named }, key, { get: () => thrown(new Error("gotcha")) });
  for (
    const one of [
      Object.create(null),
      Object.assign(Object.create(null), named),
      { toString: () => thrown(1) },
      ...["name", "code", "message", "details"].map(getter),
      { ...named, details: odd },
      { ...named, name: "ConfigSyntaxError", code: "syntax", details: odd },
      { ...named, message: Object.create(null) },
      { ...named, details: 5 },
      new ConfigPatchError("shape", "bad", odd as unknown as Record<string, never>),
      Symbol("x"),
      undefined,
    ]
  ) {
    const parse = await refusal({ ...confFormat, parse: () => thrown(one) });
    const { name, extensions, blank, holdsNull } = confFormat;
    const load = () => Promise.reject(one);
    const lazy = await refusal({ name, extensions, blank, holdsNull, load });
    for (const { error, mounts } of [parse, lazy]) {
      assert.equal(error.provider, "tool");
      assert.ok(["string", "undefined"].includes(typeof error.remedy), String(error.remedy));
      assert.match(Deno.readTextFileSync(`${mounts}/_o/o.json`), /localhost/);
    }
  }
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
  const half = await refusal(lazily(() => Promise.resolve({ ...confFormat, parse: undefined })));
  assert.match(
    `${half.error.code} ${half.error.message}`,
    /^option the plug-in for conf .*`parse`/,
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
      { ...confFormat, blankList: 1 },
      { ...confFormat, holdsNull: "no" },
      { ...confFormat, parse: 1 },
    ]
  ) {
    const register = () => defaultFormats.with(bad as unknown as FormatHandler);
    assert.throws(register, { name: "ConfigPatchError", code: "option" }, JSON.stringify(bad));
  }
});

Deno.test("a good plug-in is what it was", async () => {
  const handler = await defaultFormats.with(confFormat).load("conf");
  const document = handler.parse("a=1\n");
  assert.deepEqual(document.put(["a"], "1"), whole("a=1\n").put(["a"], "1"));
  assert.deepEqual(document.drop(["a"]), whole("a=1\n").drop(["a"]));
  assert.throws(() => document.put(["a", "b"], "1"), { code: "shape" });
});

Deno.test("a plug-in of classes with private fields works as one of plain objects", async () => {
  const formats = defaultFormats.with(new GuardedHandler(confFormat));
  const roster = rosterFrom({ tool: AGENT.tool }, { formats });
  const mounts = await Deno.makeTempDir({ prefix: "plug-in-" });
  Deno.mkdirSync(`${mounts}/_t`);
  Deno.writeTextFileSync(`${mounts}/${FILE}`, "user=me\n");
  await applySharedConfigPatches(roster, mounts, { formats });
  assert.equal(
    Deno.readTextFileSync(`${mounts}/${FILE}`),
    "user=me\nurl=http://localhost:9419\n",
  );
  await applySharedConfigPatches(roster, mounts, { formats, disabledProviders: ["tool"] });
  assert.equal(Deno.readTextFileSync(`${mounts}/${FILE}`), "user=me\n");
});

Deno.test("what only a format knows is known from a plug-in with a copy of the library", async () => {
  const { OpaqueScalar: Own } = await import(
    `data:text/javascript,${
      encodeURIComponent(
        "export class OpaqueScalar { constructor() { this.type='t'; this.text='x'; } }",
      )
    }`
  );
  const parse: Parse = (text) => other(text, { value: { when: new Own() } });
  const format = { ...confFormat, parse: parse as FormatHandler["parse"] };
  const { value } = (await defaultFormats.with(format).load("conf")).parse("");
  assert.deepEqual({ ...value }, { when: new OpaqueScalar("t", "x") });
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
