/** The command line as part of a program of one's own, on a terminal, and without its packages. */
import assert from "node:assert/strict";
import { runProgram } from "../support/process.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("a program of five lines is a command with a format of its own", async () => {
  const directory = await Deno.makeTempDir({ prefix: "plug-in-" });
  await Deno.mkdir(`${directory}/agents`);
  await Deno.writeTextFile(
    `${directory}/agents/tool.yaml`,
    'host_dir: _tool\nshared_config_patch: { file: tool.ini, ini_set: { url: "{vault_url}" } }\n',
  );
  await Deno.writeTextFile(
    `${directory}/mine.ts`,
    `import { main } from "${ROOT}cli.ts";
import { defaultFormats } from "${ROOT}formats/mod.ts";
import { iniFormat } from "${ROOT}examples/ini_format.ts";

Deno.exit(await main(Deno.args, { formats: defaultFormats.with(iniFormat) }));
`,
  );
  const run = (...args: string[]) =>
    runProgram(Deno.execPath(), [
      "run",
      "-A",
      "--no-check",
      "--config",
      `${ROOT}deno.json`,
      "mine.ts",
      ...args,
    ], {
      cwd: directory,
    });
  const roster = ["--no-built-in", "--roster", "agents"];
  assert.match((await run("formats")).out, /^ini +\.ini$/m);
  const applied = await run("apply", ...roster);
  assert.deepEqual([applied.code, applied.err], [0, ""]);
  assert.match(await Deno.readTextFile(`${directory}/mounts/_tool/tool.ini`), /localhost:9419/);
  assert.match((await run("apply", ...roster)).out, /nothing to do/);
  // Of a format of the caller's own nobody can tell whether it is still the same.
  assert.throws(
    () => Deno.statSync(`${directory}/mounts/.vault-config/steady.json`),
    Deno.errors.NotFound,
  );
  await Deno.remove(directory, { recursive: true });
});

const PACKAGES: readonly (readonly [provider: string, name: string])[] = [
  ["codex", "smol-toml"],
  ["gh", "js-yaml"],
  ["claude", "jsonc-parser"],
];

for (const [provider, name] of PACKAGES) {
  Deno.test(`a package that cannot be fetched is named, and not taken for a bug: ${name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "packages-" });
    const mounts = `${directory}/mounts`;
    const run = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--config", `${ROOT}deno.json`, "--cached-only", "--no-check", "-A", ...args],
        cwd: directory,
        env: { DENO_DIR: `${directory}/empty`, NO_COLOR: "1" },
      }).output();
      return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
    };
    const { code, out, err } = await run(
      ...[`${ROOT}cli.ts`, "apply", "--json", "--mounts", mounts, "--providers", provider],
    );
    assert.equal(code, 1, err);
    assert.match(err, new RegExp(`^error: the package ${name} could not be fetched: `, "m"));
    assert.match(err, /do: do not start the task; run .deno install/);
    assert.doesNotMatch(err, /bug|\\u\{a\}/);
    assert.equal(JSON.parse(out).error.code, "package");
    // A program that calls the library is told the same.
    const script = `${directory}/call.ts`;
    Deno.writeTextFileSync(
      script,
      `import { loadRoster, applySharedConfigPatches } from ${JSON.stringify(`${ROOT}mod.ts`)};
      const roster = await loadRoster([], { catalog: ["claude"] });
      await applySharedConfigPatches(roster, ${
        JSON.stringify(mounts)
      }, { providers: ["${provider}"] })
        .catch((error) => console.log(error.code, error.message));`,
    );
    const call = await run(script);
    assert.match(call.out, new RegExp(`^package the package ${name} could not`), call.err);
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("on a terminal, what failed and what is bypassed is marked in colour", async () => {
  const directory = await Deno.makeTempDir({ prefix: "colour-" });
  for (
    const [path, text] of [["_codex-config/config.toml", 'model_provider = "x"\n'], [
      "_gh-config/config.yml",
      "a: [\n",
    ]] as const
  ) {
    await Deno.mkdir(`${directory}/mounts/${path.replace(/\/.*/, "")}`, { recursive: true });
    await Deno.writeTextFile(`${directory}/mounts/${path}`, text);
  }
  const command = (...more: string[]) =>
    // Where the tests run, NO_COLOR may be set.
    ["env -u NO_COLOR", Deno.execPath(), "run -A --no-check", `${ROOT}cli.ts apply`, ...more]
      .join(" ");
  const typed = async (line: string) => {
    try {
      return (await runProgram("script", ["-qec", line, "/dev/null"], { cwd: directory })).out;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  const coloured = await typed(command());
  if (coloured === undefined) {
    console.log("not tried: script is not installed (apt-get install bsdutils)");
    return;
  }
  for (const word of ["bypassed", "failed"]) {
    assert.ok(coloured.includes(`\x1b[1;31m${word}\x1b[0m`), coloured);
  }
  assert.ok(!(await typed(command("--no-color")))?.includes("\x1b["));
  await Deno.remove(directory, { recursive: true });
});
