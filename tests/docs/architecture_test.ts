/** `ARCHITECTURE.md` names every file of the core, and the imports go the way that it says. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;

const PAGE = await Deno.readTextFile(`${ROOT}ARCHITECTURE.md`);

/** Each folder may import those before it; `storage` stands beside them and knows only the errors. */
const ORDER = [
  "errors.ts",
  "formats",
  "transport",
  "roster",
  "ownership",
  "reconcile",
  "mod.ts",
  "cli",
  "cli.ts",
];

const SOURCES = (await filesBelow("")).filter((file) =>
  /\.ts$/.test(file) &&
  /^(?:[\w.]+$|(?:formats|transport|roster|ownership|reconcile|storage|cli)\/)/
    .test(file)
);

Deno.test("every file that the page names is there", async () => {
  const named = [...PAGE.matchAll(/`([\w./*-]+\.(?:ts|md))`/g)].map((match) => match[1] ?? "");
  assert.ok(named.length > 50, `the page names only ${named.length} files`);
  const known = new Set(await filesBelow(""));
  const isThere = (name: string) =>
    name.includes("*")
      ? [...known].some((file) => new RegExp(`^${name.replaceAll("*", "[^/]+")}$`).test(file))
      : known.has(name) ||
        [...known].some((file) => !name.includes("/") && file.endsWith(`/${name}`));
  assert.deepEqual(named.filter((name) => !isThere(name)), []);
});

Deno.test("the page says of every file of the core what it is for", () => {
  for (const folder of ["ownership", "reconcile", "storage"]) {
    const files = SOURCES.filter((file) => file.startsWith(`${folder}/`));
    const untold = files.filter((file) => !PAGE.includes(`| \`${file}\``));
    assert.deepEqual(untold, [], `give each a row in the table of ${folder}`);
  }
});

Deno.test("imports go one way", async () => {
  const wrong: string[] = [];
  for (const file of SOURCES) {
    for (const target of await importsOf(file)) {
      const [from, to] = [placeOf(file), placeOf(target)];
      if (to === undefined || from === undefined || from === to) continue;
      if (!mayImport(from, to)) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no module imports itself, however long the way", async () => {
  const imports = new Map(
    await Promise.all(
      SOURCES.map(async (file) => [file, await importsOf(file, "values")] as const),
    ),
  );
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) assert.fail(`${[...way.slice(way.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of SOURCES) visit(file, []);
});

Deno.test("the core waits for nothing and touches nothing", async () => {
  for (const file of SOURCES.filter((one) => one.startsWith("ownership/"))) {
    assert.doesNotMatch(codeOf(await read(file)), /\basync\b|\bawait\b|\bDeno\.|\bPromise\b/, file);
  }
  for (const file of SOURCES.filter((one) => one.startsWith("formats/"))) {
    assert.doesNotMatch(codeOf(await read(file)), /\bDeno\./, file);
  }
});

Deno.test("no file is too long, and no object is built of maybe", async () => {
  for (const file of SOURCES) {
    const text = await read(file);
    assert.ok(text.split("\n").length <= 451, `${file} has more than 450 lines`);
    assert.doesNotMatch(
      codeOf(text),
      /\.\.\.\([^()]*\?[^()]*\{\}/,
      `${file}: a conditional spread`,
    );
  }
});

Deno.test("a name that two folders share means the same role", () => {
  const folders = new Map<string, Set<string>>();
  for (const file of SOURCES) {
    const [folder = "", ...rest] = file.split("/");
    const base = rest[rest.length - 1];
    if (base === undefined || base === "mod.ts") continue;
    folders.set(base, (folders.get(base) ?? new Set()).add(folder));
  }
  const shared = [...folders].filter(([, where]) => where.size > 1).map(([name, where]) =>
    `${name}: ${[...where].sort().join(", ")}`
  ).sort();
  // Each of these is listed with its role in the page.
  const told = [...PAGE.matchAll(/^\| `(\w+\.ts)`: ([^|]+?) +\|/gm)].map((match) =>
    `${match[1]}: ${match[2]?.replaceAll("`", "")}`
  ).sort();
  assert.deepEqual(shared, told);
});

function mayImport(from: string, to: string): boolean {
  if (to === "storage") return ["roster", "reconcile", "mod.ts", "cli", "cli.ts"].includes(from);
  if (from === "storage") return to === "errors.ts";
  return ORDER.indexOf(to) <= ORDER.indexOf(from);
}

function placeOf(file: string): string | undefined {
  const [first = ""] = file.split("/");
  return first === "storage" || ORDER.includes(first) ? first : undefined;
}

/** What a module imports of the project, types and lazily loaded modules too unless only `values` count. */
async function importsOf(file: string, which: "all" | "values" = "all"): Promise<string[]> {
  const text = await read(file);
  const found = [
    ...text.matchAll(/^(?:import|export)\b(?! type)[^;"']*?from "(\.[^"]+)"/gm),
    ...(which === "all"
      ? [
        ...text.matchAll(/^(?:import|export) type\b[^;"']*?from "(\.[^"]+)"/gm),
        ...text.matchAll(/\bimport\("(\.[^"]+)"\)/g),
      ]
      : []),
  ];
  return found.map((match) => {
    const url = new URL(match[1] ?? "", `file://${ROOT}${file}`);
    return url.pathname.slice(ROOT.length);
  }).filter((target) => target.endsWith(".ts"));
}

/** A text without its comments and its texts in quotes. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

async function read(file: string): Promise<string> {
  return await Deno.readTextFile(`${ROOT}${file}`);
}

/** The files of the project below a folder, from its root. */
async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    if (name.startsWith(".") || name === "node_modules" || name === "dist") continue;
    if (isDirectory) files.push(...await filesBelow(`${folder}${name}/`));
    else files.push(`${folder}${name}`);
  }
  return files;
}
