/**
 * What happens to a config between two starts: it is away, a client is in the midst of a save, it is
 * written where no time tells of it. Each test is a kind of case from the field, with relatives in
 * every format.
 */
import assert from "node:assert/strict";
import { writeVaultConfig } from "../../mod.ts";
import { outcomes, patched, type Patches, Scenario } from "../support/scenario.ts";
import { missing } from "../torture/planting.ts";

/** By format: the file, and what the user has in it before us. */
const CONFIGS = {
  toml: ["_toml/c.toml", '# mine\nu = "mine" # why\nz = 1\n'],
  yaml: ["_yaml/c.yml", "# mine\nu: mine # why\nz: 1\n"],
  json: ["_json/c.jsonc", '{\n  // mine\n  "u": "mine", // why\n  "z": 1\n}\n'],
  dotenv: ["_dotenv/c.env", "# mine\nu=mine\nz=1\n"],
} as const;
const FILES: Readonly<Record<string, string>> = Object.fromEntries(Object.values(CONFIGS));
const PATCHES: Patches = Object.fromEntries(
  Object.entries(CONFIGS).map(([format, [path]]) => {
    const [dir = "", file = ""] = path.split("/");
    return [format, patched(file, { [`${format}_set`]: { u: "{vault_url}" } }, dir)];
  }),
);
const NAMES = Object.keys(CONFIGS);

/** The mounts with all configs, routed; they go at the end. */
async function routed(work: (scenario: Scenario, copies: typeof FILES) => Promise<void>) {
  const scenario = await Scenario.with(FILES, PATCHES);
  try {
    await scenario.apply();
    const copies = Object.fromEntries(
      Object.keys(FILES).map((path) => [path, scenario.read(path) ?? ""]),
    );
    await work(scenario, copies);
  } finally {
    await Deno.remove(scenario.mounts, { recursive: true });
  }
}

function configsIn(scenario: Scenario): typeof FILES {
  return Object.fromEntries(
    Object.entries(scenario.files()).filter(([path]) => !path.endsWith(".json")),
  );
}

/** How configs go away, all of them. */
const AWAYS: Readonly<Record<string, (mounts: string, path: string) => void>> = {
  "moved": (mounts, path) => Deno.removeSync(`${mounts}/${path}`),
  "with their host dirs": (mounts, path) =>
    Deno.removeSync(`${mounts}/${path.replace(/\/.*/, "")}`, { recursive: true }),
  "emptied": (mounts, path) => Deno.writeTextFileSync(`${mounts}/${path}`, ""),
  "blanked": (mounts, path) => Deno.writeTextFileSync(`${mounts}/${path}`, "\n\n"),
};

/** What runs while they are away. */
const MEANWHILE: Readonly<Record<string, (scenario: Scenario) => Promise<unknown>>> = {
  "one start": (scenario) => scenario.apply(),
  "three starts": async (scenario) => {
    for (let start = 0; start < 3; start++) await scenario.apply();
  },
  "a start of some": (scenario) => scenario.apply({ providers: ["toml", "json"] }),
  "disable": (scenario) => scenario.disable(...NAMES),
  "a start, and disable": async (scenario) => {
    await scenario.apply();
    await scenario.disable(...NAMES);
  },
};

for (const [how, go] of Object.entries(AWAYS)) {
  Deno.test(`configs that are away for some starts (${how}) come back, and are given back`, async () => {
    for (const [what, meanwhile] of Object.entries(MEANWHILE)) {
      // Who empties a file is waited for; once is enough.
      if (how === "emptied" && what !== "one start") continue;
      for (const again of [false, true]) {
        await routed(async (scenario, copies) => {
          for (const path of Object.keys(FILES)) go(scenario.mounts, path);
          await meanwhile(scenario);
          for (const [path, text] of Object.entries(copies)) scenario.write(path, text);
          if (again) await scenario.apply();
          await scenario.disable(...NAMES);
          assert.deepEqual(configsIn(scenario), FILES, `${what}, ${again}`);
        });
      }
    }
  });
}

Deno.test("clients in the midst of a save are waited for, whatever runs meanwhile", async () => {
  const runs: Readonly<Record<string, (scenario: Scenario) => Promise<unknown>>> = {
    apply: (scenario) => scenario.apply(),
    write: (scenario) =>
      Promise.all(
        NAMES.map((name) =>
          writeVaultConfig(name, { roster: scenario.roster, mounts: scenario.mounts, print: null })
        ),
      ),
    disable: (scenario) => scenario.disable(...NAMES),
  };
  const more: Readonly<Record<string, (text: string) => string>> = {
    toml: (text) => `${text}more = 1\n`,
    yaml: (text) => `${text}more: 1\n`,
    json: (text) => text.replace(/\n\}\n$/, ',\n  "more": 1\n}\n'),
    dotenv: (text) => `${text}more=1\n`,
  };
  for (const [name, run] of Object.entries(runs)) {
    await routed(async (scenario, copies) => {
      const clients = Object.entries(CONFIGS).map(([format, [path]]) => {
        const file = Deno.openSync(`${scenario.mounts}/${path}`, { write: true, truncate: true });
        return { file, text: more[format]!(copies[path] ?? "") };
      });
      const running = run(scenario);
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const { file, text } of clients) {
        file.writeSync(new TextEncoder().encode(text));
        file.close();
      }
      await running;
      await scenario.disable(...NAMES);
      const wanted = Object.entries(CONFIGS).map(([format, [path, text]]) => {
        return [path, more[format]!(text)];
      });
      assert.deepEqual(configsIn(scenario), Object.fromEntries(wanted), name);
    });
  }
});

Deno.test("what is written through a memory map, or with old times, is seen and mended", async () => {
  if (await missing("python3")) return console.log("not tried: needs python3");
  // The page is dirty before the run that remembers it, so that no time tells of the write.
  const script = `import mmap, sys
pages = []
for path in sys.argv[2:]:
    with open(path, "r+b") as file:
        pages.append(mmap.mmap(file.fileno(), 0))
for page in pages:
    page[0:1] = page[0:1]
print("dirty", flush=True)
sys.stdin.read(1)
for page in pages:
    at = page.find(b"localhost")
    page[at:at + 9] = b"elsewhere"
print("written", flush=True)
sys.stdin.read(1)
`;
  await routed(async (scenario) => {
    await scenario.apply();
    const paths = Object.keys(FILES).map((path) => `${scenario.mounts}/${path}`);
    const child = new Deno.Command("python3", {
      args: ["-c", script, "", ...paths],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const said = child.stdout.getReader();
    const words = child.stdin.getWriter();
    await said.read();
    assert.deepEqual(
      outcomes(await scenario.apply()).filter((one) => !one.endsWith("unchanged")),
      [],
    );
    await words.write(new Uint8Array(1));
    await said.read();
    assert.match(scenario.read("_toml/c.toml") ?? "", /elsewhere/);
    const updated = NAMES.toSorted().map((name) => `${name}: updated`);
    assert.deepEqual(outcomes(await scenario.apply()), updated);
    await words.close();
    await said.cancel();
    await child.status;
    // The same text length, and the times of before.
    for (const path of paths) {
      const { atime, mtime } = Deno.statSync(path);
      const text = Deno.readTextFileSync(path).replace("localhost", "elsewhere");
      Deno.writeTextFileSync(path, text);
      Deno.utimeSync(path, atime ?? 0, mtime ?? 0);
    }
    assert.deepEqual(outcomes(await scenario.apply()), updated);
    await scenario.disable(...NAMES);
    // What stood there in between was not ours, so it comes back; the rest is as it was.
    for (const [path, text] of Object.entries(FILES)) {
      const left = scenario.read(path) ?? "";
      const value = /"?http:\/\/elsewhere:\d+"?/;
      assert.match(left, value);
      assert.equal(left.replace(value, "mine"), text.replace('"mine"', "mine"), path);
    }
  });
});

Deno.test("writing one provider leaves what the starts remember, and the next start is right", async () => {
  await routed(async (scenario) => {
    const memory = () => scenario.read(".vault-config/steady.json");
    const write = (name: string) =>
      writeVaultConfig(name, { roster: scenario.roster, mounts: scenario.mounts, print: null });
    await scenario.apply();
    const remembered = memory();
    assert.ok(remembered !== undefined);
    for (const name of NAMES) await write(name);
    assert.equal(memory(), remembered, "nothing had to be written");
    // One whose config a client has changed is put right by the write; the next start sees it.
    scenario.write("_toml/c.toml", 'u = "other"\n');
    await write("toml");
    assert.deepEqual(outcomes(await scenario.apply()).filter((one) => !/unchanged/.test(one)), []);
    // A provider of another roster is nobody's business here.
    const more = scenario.withRoster({
      more: patched("m.json", { json_set: { u: "{vault_url}" } }),
    });
    await writeVaultConfig("more", { roster: more.roster, mounts: more.mounts, print: null });
    assert.deepEqual(outcomes(await scenario.apply()).filter((one) => !/unchanged/.test(one)), []);
    // What the user takes back is not remembered as routed.
    await scenario.disable("json");
    const names = outcomes(await scenario.apply()).filter((one) => !/unchanged/.test(one));
    assert.deepEqual(names, ["json: updated"]);
  });
});
