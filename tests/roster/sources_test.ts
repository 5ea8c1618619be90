/** Reading the texts of a roster. */
import assert from "node:assert/strict";
import { readRosterSources } from "../../roster/mod.ts";
import { refusedLater } from "../support/agents.ts";

Deno.test("files and directories of agents are read, sorted, without what is no agent", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const name of ["b.yaml", "a.toml", ".c.yaml", "notes.md", "d.yaml~"]) {
      await Deno.writeTextFile(`${directory}/${name}`, `# ${name}\n`);
    }
    await Deno.mkdir(`${directory}/e.yaml`);
    assert.deepEqual(await readRosterSources([`${directory}/`, `${directory}/b.yaml`]), [
      { kind: "agent", path: `${directory}/a.toml`, text: "# a.toml\n" },
      { kind: "agent", path: `${directory}/b.yaml`, text: "# b.yaml\n" },
      { kind: "agent", path: `${directory}/b.yaml`, text: "# b.yaml\n" },
    ]);
    await refusedLater(readRosterSources([`${directory}/notes.md`]), "roster", /format/);
    await refusedLater(readRosterSources([`${directory}/none.yaml`]), "roster", /not exist/);
    await Deno.writeTextFile(`${directory}/b.json`, "{}");
    await refusedLater(readRosterSources([directory]), "roster", /two files .* describe b/);
    await Deno.remove(`${directory}/b.json`);
    new Deno.Command("mkfifo", { args: [`${directory}/pipe.yaml`] }).outputSync();
    const pipe = await refusedLater(readRosterSources([directory]), "roster", /plain file/);
    assert.equal(pipe.where, `${directory}/pipe.yaml`);
    await Deno.remove(`${directory}/pipe.yaml`);
    await Deno.symlink("nowhere", `${directory}/dangling.yaml`);
    const dangling = await refusedLater(readRosterSources([directory]), "roster", /not exist/);
    assert.equal(dangling.where, `${directory}/dangling.yaml`);
    await Deno.remove(`${directory}/dangling.yaml`);
    await Deno.writeFile(`${directory}/bad.yaml`, new Uint8Array([0x61, 0xff]));
    const bad = await refusedLater(
      readRosterSources([`${directory}/bad.yaml`]),
      "encoding",
      /UTF-8/,
    );
    assert.equal(bad.where, `${directory}/bad.yaml`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  await refusedLater(readRosterSources(["-", "-"]), "option", /once/);
});

Deno.test("a directory without an agent file is refused, and what is no list of paths", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/notes.md`, "");
    const empty = await refusedLater(readRosterSources([directory]), "roster", /no agent file/);
    assert.match(empty.remedy ?? "", /NAME\.yaml/);
    assert.equal(empty.where, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  for (const paths of ["agents", null, undefined, 1, [1], [null]]) {
    const given = paths as unknown as readonly string[];
    await refusedLater(readRosterSources(given), "option", /no list of paths/);
  }
  const options = { formats: null, mounts: null };
  for (const given of [undefined, null, {}, options]) {
    assert.deepEqual(await readRosterSources([], given), []);
  }
  assert.deepEqual(await readRosterSources(new Set<string>()), []);
});

Deno.test("a roster in the mounts is refused, except in our own directory", async () => {
  const base = await Deno.makeTempDir();
  const mounts = `${base}/real`;
  const text = "label: x\n";
  const write = (path: string) => Deno.writeTextFileSync(`${base}/${path}`, text);
  try {
    for (const path of ["real/.vault-config/agents", "real/_a/agents", "elsewhere"]) {
      await Deno.mkdir(`${base}/${path}`, { recursive: true });
    }
    await Deno.symlink("real", `${base}/linked`);
    write("real/_a/agents/a.yaml");
    write("real/.vault-config/agents/a.yaml");
    write("elsewhere/a.yaml");
    await Deno.symlink("../real/_a/agents/a.yaml", `${base}/elsewhere/b.yaml`);
    await Deno.symlink("../../../elsewhere/a.yaml", `${base}/real/_a/agents/out.yaml`);
    await Deno.symlink("../../_a/agents/a.yaml", `${base}/real/.vault-config/agents/b.yaml`);
    await Deno.symlink("real/_a", `${base}/away`);
    for (const spelled of [mounts, `${base}/linked`, `${base}/elsewhere/../real/`]) {
      for (const given of [spelled, new URL(`file://${spelled}`)]) {
        const reading = (path: string) => readRosterSources([`${base}/${path}`], { mounts: given });
        for (
          const path of [
            "real/_a/agents",
            "real/_a/agents/a.yaml",
            "real",
            // A link in the mounts chooses the roster as well, wherever it leads.
            "real/_a/agents/out.yaml",
            "elsewhere/../real/_a/agents/a.yaml",
            "linked/_a/agents/a.yaml",
            "away/agents/a.yaml",
            "elsewhere/b.yaml",
            // What a directory holds is looked at one by one.
            "elsewhere",
            "real/.vault-config/agents",
            "real/.vault-config/agents/b.yaml",
          ]
        ) {
          const error = await refusedLater(reading(path), "hostile", /must not lie in the mounts/);
          assert.match(error.remedy ?? "", /\.vault-config/);
        }
        for (
          const path of [
            "elsewhere/a.yaml",
            "real/.vault-config/agents/a.yaml",
            "linked/.vault-config/agents/a.yaml",
          ]
        ) assert.equal((await reading(path))[0]?.text, text);
      }
    }
    const later = await readRosterSources([`${base}/elsewhere/a.yaml`], { mounts: `${base}/none` });
    assert.equal(later.length, 1);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("a byte order mark is kept for the parser", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, "\uFEFFlabel: x\n");
    const [source] = await readRosterSources([file]);
    assert.equal(source?.text, "\uFEFFlabel: x\n");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "a missing permission is answered with the flag that gives it",
  permissions: { read: false },
  fn: async () => {
    for (
      const [path, remedy] of [
        ["agents/a.yaml", "add --allow-read=agents/a.yaml"],
        ["my agents", "add --allow-read='my agents'"],
        ["it's", "add --allow-read='it'\\''s'"],
        ["a,b.yaml", "move it: Deno cannot grant a path that has a comma in it"],
      ] as const
    ) {
      const error = await refusedLater(readRosterSources([path]), "permission", /not allowed/);
      assert.equal(error.remedy, remedy);
      assert.equal(error.where, path);
    }
  },
});

Deno.test("standard input is a mapping, and needs no permission", async () => {
  const load = new URL("../../roster/sources.ts", import.meta.url);
  const script = `import { readRosterSources } from "${load}";
    console.log(JSON.stringify(await readRosterSources(["-"])));`;
  const args = [
    "run",
    "--no-prompt",
    "--no-check",
    "--quiet",
    `data:text/javascript,${encodeURIComponent(script)}`,
  ];
  const running = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = running.stdin.getWriter();
  await writer.write(new TextEncoder().encode("a: {}\n"));
  await writer.close();
  const { stdout } = await running.output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
    { kind: "mapping", path: "standard input", text: "a: {}\n" },
  ]);
});

Deno.test("the modules that hold and read the texts of a roster load no parser", async () => {
  for (const entry of ["sources.ts", "built_in.ts"]) {
    const path = new URL(`../../roster/${entry}`, import.meta.url).pathname;
    const args = ["info", "--json", path];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
    const loaded = new Set(graph.roots);
    for (const specifier of loaded) {
      const module = graph.modules.find((one) => one.specifier === specifier);
      for (const dependency of module?.dependencies ?? []) {
        const target = dependency.code?.specifier;
        if (target !== undefined && dependency.isDynamic !== true) loaded.add(target);
      }
    }
    const names = [...loaded].map((specifier) => specifier.replace(/^.*\//, ""));
    assert.ok(names.includes(entry) && names.length > 1, names.join());
    for (const name of ["yaml.ts", "toml.ts", "json.ts", "schema.ts", "parse.ts"]) {
      assert.ok(!names.includes(name), `${entry} loads ${name}`);
    }
    assert.deepEqual([...loaded].filter((specifier) => !specifier.startsWith("file:")), []);
  }
});

/** What `deno info --json` prints, as far as it is read here. */
interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}
