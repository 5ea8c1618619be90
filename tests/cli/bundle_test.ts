/** The program as one file: what `deno task bundle` makes works like the program. @module */
import assert from "node:assert/strict";

Deno.test("a bundle routes and takes back, with nothing beside it", async () => {
  const directory = await Deno.makeTempDir({ prefix: "bundle-" });
  const program = `${directory}/program/vault-config.js`;
  const mounts = `${directory}/mounts`;
  const configs = {
    "_codex-config/config.toml": 'model = "x" # mine\n',
    "_gh-config/config.yml": "git_protocol: ssh # mine\n",
    "_claude-config/settings.json": '{ "model": "x" }\n',
  };
  for (const [path, text] of Object.entries(configs)) {
    await Deno.mkdir(`${mounts}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${mounts}/${path}`, text);
  }
  const root = new URL("../../", import.meta.url).pathname;
  await deno(root, ["bundle", "--quiet", "--minify", "--output", program, "cli.ts"]);
  const grants = [`--allow-read=${mounts}`, `--allow-write=${mounts}`];
  const run = (...args: string[]) =>
    deno(directory, ["run", "--no-prompt", "--cached-only", ...grants, program, ...args]);

  const named = ["--providers", "codex,gh,claude", "--mounts", mounts];
  assert.match(await run("apply", ...named), /3 providers in [^:]*: 3 updated/);
  // Only who has given the lock back can take it once more to remember.
  await Deno.stat(`${mounts}/.vault-config/steady.json`);
  assert.match(await run("apply", ...named), /nothing to do in [^:]*: 3 providers are routed/);
  assert.match(
    await run("disable", "--all", "--mounts", mounts),
    /: 3 removed/,
  );
  for (const [path, text] of Object.entries(configs)) {
    assert.equal(await Deno.readTextFile(`${mounts}/${path}`), text, path);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a bundle gives back all that the sources give back", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  const directory = await Deno.makeTempDir({ prefix: "bundle-" });
  const program = `${directory}/vault-config.js`;
  await deno(root, ["bundle", "--quiet", "--minify", "--output", program, "cli.ts"]);
  const folders = ["cli", "formats", "ownership", "reconcile", "roster", "storage", "transport"];
  const sources = folders.flatMap((folder) => texts(`${root}${folder}`));
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const wanted = sources.reduce((sum, text) => sum + count(text, /^ *using \w+ =/gm), 0);
  assert.ok(wanted > 5, `only ${wanted} are found`);
  // The minifier drops a `using` whose name stands once more: it takes it for a plain constant.
  assert.equal(count(await Deno.readTextFile(program), /\busing \w+=/g), wanted);
  await Deno.remove(directory, { recursive: true });
});

/** The texts of all modules below a directory. */
function texts(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? texts(`${directory}/${name}`)
      : name.endsWith(".ts")
      ? [Deno.readTextFileSync(`${directory}/${name}`)]
      : []
  );
}

async function deno(cwd: string, args: readonly string[]): Promise<string> {
  const options = { args: [...args], cwd, env: { NO_COLOR: "1" } };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
