/** The library as a program calls it: what it takes, what it refuses, and in which words. */
import assert from "node:assert/strict";
import {
  applySharedConfigPatches,
  changeSettings,
  ConfigPatchError,
  disableSharedConfigPatches,
  loadRoster,
  LOOPBACK_VAULT_PORT,
  packageError,
  parseSettings,
  planSharedConfigPatches,
  readRosterSources,
  readSettings,
  resolveVaultLocation,
  Roster,
  rosterFrom,
  statusOfSharedConfigPatches,
  verifySharedConfigPatches,
  writeVaultConfig,
} from "../../mod.ts";
import { confFormat } from "../../examples/conf_format.ts";
import type { FormatRegistry } from "../../formats/mod.ts";
import { libraryWords } from "../../reconcile/library_words.ts";

const roster = rosterFrom({
  a: { host_dir: "_a", shared_config_patch: { file: "a.json", json_set: { url: "{vault_url}" } } },
  b: { host_dir: "_b", shared_config_patch: { file: "b.json", json_set: { url: "{vault_url}" } } },
});

const fresh = () => Deno.makeTempDir({ prefix: "library-" });

Deno.test("library: plan, verify, apply, status and disable tell one story", async () => {
  const mounts = await fresh();
  const verdict = async () => (await verifySharedConfigPatches(roster, mounts)).verdict;
  const plan = await planSharedConfigPatches(roster, mounts);
  assert.deepEqual(plan.files.map((one) => one.file).sort(), ["_a/a.json", "_b/b.json"]);
  assert.equal(await verdict(), "not-routed");
  const applied = await applySharedConfigPatches(roster, mounts);
  assert.deepEqual([applied.mounts, applied.made, applied.changed], [mounts, false, true]);
  assert.equal(await verdict(), "routed");
  const { providers } = await statusOfSharedConfigPatches(roster, mounts);
  assert.deepEqual(providers.map((row) => row.standing), ["routed", "routed"]);
  const gone = await disableSharedConfigPatches(roster, mounts, new Set(["a"]));
  assert.deepEqual(gone.providers.map((row) => row.outcome), ["removed"]);
  assert.equal(await verdict(), "not-routed");
  await disableSharedConfigPatches(new Roster(), mounts, "all");
  assert.deepEqual((await statusOfSharedConfigPatches(roster, mounts)).owned, []);
  Deno.mkdirSync(`${mounts}/_a`, { recursive: true });
  Deno.writeTextFileSync(`${mounts}/_a/a.json`, "{");
  assert.equal(await verdict(), "unknown");
});

Deno.test("library: mounts as a URL, names in any iterable, null as nothing", async () => {
  const path = await fresh();
  const mounts = new URL(`file://${path}/with%20blank/`);
  const first = await applySharedConfigPatches(roster, mounts, {
    providers: new Set(["a"]),
    disabledProviders: null,
    credentials: null,
    acceptBypass: null,
    location: null,
    formats: null,
    allowNested: null,
    lockTimeout: null,
  });
  assert.deepEqual([first.mounts, first.made], [`${path}/with blank`, true]);
  const all = await applySharedConfigPatches(roster, mounts, null);
  assert.equal(all.providers.length, 2);
  const none = await applySharedConfigPatches(roster, mounts, {
    providers: [],
    disabledProviders: ["a"].values(),
  });
  assert.deepEqual(none.providers.map((row) => row.outcome), ["removed"]);
  assert.equal(LOOPBACK_VAULT_PORT, 9419);
});

Deno.test("library: a wrong type is refused before anything is done, and clearly", async () => {
  const mounts = await fresh();
  const text = "codex" as unknown as string[];
  type Case = readonly [call: () => Promise<unknown>, says: RegExp, remedy: RegExp];
  const cases: readonly Case[] = [
    [
      () => {
        const credentials = new Map([["a", "oauth"]]) as unknown as Record<string, string>;
        return applySharedConfigPatches(roster, mounts, { credentials });
      },
      /credentials must be types by name/,
      /give an object/,
    ],
    [
      () => applySharedConfigPatches(roster, mounts, { credentials: { aa: "oauth" } }),
      /`credentials` names "aa", which is no provider of the roster/,
      /did you mean a\?|name a provider/,
    ],
    [
      () => applySharedConfigPatches(roster, mounts, { providers: text }),
      /`providers` must be a list of names, but is a text/,
      /\["codex"\]/,
    ],
    [
      () => applySharedConfigPatches(roster, mounts, { disabledProviders: text }),
      /`disabledProviders` must be a list/,
      /array/,
    ],
    [
      () => applySharedConfigPatches(roster, mounts, { acceptBypass: [1 as unknown as string] }),
      /`acceptBypass` must be a list/,
      /array/,
    ],
    [
      () => applySharedConfigPatches(roster, mounts, { allowNested: "yes" as unknown as boolean }),
      /`allowNested` must be true or false/,
      /./,
    ],
    [
      () => applySharedConfigPatches(roster, mounts, { lockTimeout: -1 }),
      /`lockTimeout` must be a number/,
      /./,
    ],
    [() => disableSharedConfigPatches(roster, mounts, text), /names must be a list/, /array/],
    [
      () => applySharedConfigPatches(roster, new URL("http://x/mounts")),
      /mounts directory must be a path/,
      /file: URL/,
    ],
    [() => applySharedConfigPatches(roster, ""), /mounts directory must be a path/, /./],
    [
      () => applySharedConfigPatches({} as unknown as Roster, mounts),
      /the roster is none/,
      /loadRoster/,
    ],
    [() => writeVaultConfig("", { mounts }), /must be a name/, /codex/],
    ...[{}, [confFormat], 5].flatMap((given) => {
      const formats = given as unknown as FormatRegistry;
      return [
        () => applySharedConfigPatches(roster, mounts, { formats }),
        () => loadRoster([], { formats }),
        () => readRosterSources([], { formats }),
        () => Promise.resolve().then(() => rosterFrom({}, { formats })),
      ].map((call): Case => [call, /`formats` must be a registry/, /defaultFormats\.with/]);
    }),
    [() => readRosterSources({} as unknown as string[]), /no list of paths/, /list/],
    ...[null, 5, {}].map((given): Case => [
      () => parseSettings(given as unknown as string),
      /settings must be a text/,
      /content/,
    ]),
    [
      () => changeSettings(mounts, null as unknown as () => Record<string, never>),
      /must be a function/,
      /now/,
    ],
  ];
  for (const [call, says, remedy] of cases) {
    await assert.rejects(call(), (error: unknown) => {
      assert.ok(error instanceof ConfigPatchError);
      assert.equal(error.code, "option");
      assert.match(error.message, says);
      assert.match(error.remedy ?? "", remedy);
      return true;
    });
  }
  assert.deepEqual([...Deno.readDirSync(mounts)], []);
});

Deno.test("library: every function takes a URL, null options, and names in any iterable", async () => {
  const path = await fresh();
  const mounts = new URL(`file://${path}/a%20b`);
  const none = { providers: null, disabledProviders: null, credentials: null, acceptBypass: null };
  const nothing = { ...none, allowNested: null, lockTimeout: null, formats: null, location: null };
  const own = await loadRoster(null, null);
  assert.equal((await planSharedConfigPatches(own, mounts, nothing)).providers.length, 3);
  assert.equal((await applySharedConfigPatches(own, mounts, nothing)).made, true);
  assert.equal((await verifySharedConfigPatches(own, mounts, nothing)).verdict, "routed");
  assert.equal((await statusOfSharedConfigPatches(own, mounts, nothing)).providers.length, 3);
  const { providers } = await disableSharedConfigPatches(own, mounts, new Set(["gh"]), nothing);
  assert.deepEqual(providers.map((row) => `${row.provider} ${row.outcome}`), ["gh removed"]);
  const report = await writeVaultConfig("gh", { ...nothing, roster: null, mounts, print: null });
  assert.equal(report.mounts, `${path}/a b`);
  assert.equal(await changeSettings(mounts, () => ({ disabled: ["vibe"] })), true);
  assert.deepEqual((await readSettings(mounts)).disabled, ["vibe"]);
});

Deno.test("library: writeVaultConfig has sensible defaults, and says what it did in one line", async () => {
  const mounts = await fresh();
  const lines: string[] = [];
  const report = await writeVaultConfig("codex", { mounts, print: (line) => lines.push(line) });
  assert.deepEqual(lines, ["codex: created _codex-config/config.toml"]);
  assert.equal(report.providers[0]?.outcome, "created");
  await writeVaultConfig("a", { roster, mounts, print: null, location: resolveVaultLocation() });
  await assert.rejects(writeVaultConfig("nobody", { mounts, print: null }), { code: "failed" });
});

Deno.test("library: writing one provider leaves what apply remembers", async () => {
  const mounts = await fresh();
  const own = await loadRoster([]);
  await applySharedConfigPatches(own, mounts);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await applySharedConfigPatches(own, mounts);
  const memory = Deno.readTextFileSync(`${mounts}/.vault-config/steady.json`);
  await writeVaultConfig("codex", { mounts, print: null });
  assert.equal(Deno.readTextFileSync(`${mounts}/.vault-config/steady.json`), memory);
});

Deno.test("library: no remedy speaks of the command line", async () => {
  const cases: Readonly<Record<string, string>> = {
    "if that risk is acceptable, allow it (--allow-nested)":
      "if that risk is acceptable, allow it (`allowNested: true`)",
    "accept it (--accept-bypass codex), or vault-config disable codex":
      'accept it (`acceptBypass: ["codex"]`), or ' +
      '`disableSharedConfigPatches(roster, mounts, ["codex"])`',
    "or run `disable codex` if it is not used":
      'or run `disableSharedConfigPatches(roster, mounts, ["codex"])` if it is not used',
    "give --credential codex=oauth": 'give `credentials: { codex: "oauth" }`',
    "disable codex --once, then vault-config apply":
      '`disableSharedConfigPatches(roster, mounts, ["codex"])`, then `applySharedConfigPatches`',
    "disable --all also finds it":
      '`disableSharedConfigPatches(roster, mounts, "all")` also finds it',
    "raise --lock-timeout SECONDS": "raise `lockTimeout`",
    "add exactly --allow-read=mounts": "add exactly --allow-read=mounts",
    "disable what is in the way": "disable what is in the way",
    "give one (--vault-socket PATH), or leave it": "give one (`socket`), or leave it",
    "name the type in use (--credential codex=TYPE)":
      'name the type in use (`credentials: { codex: "TYPE" }`)',
    "take it back with `vault-config disable a b`":
      'take it back with `disableSharedConfigPatches(roster, mounts, ["a", "b"])`',
  };
  for (const [remedy, words] of Object.entries(cases)) assert.equal(libraryWords(remedy), words);

  const nested = rosterFrom({
    n: { host_dir: "_n", shared_config_patch: { file: "x/y.json", json_set: { a: 1 } } },
  });
  await assert.rejects(applySharedConfigPatches(nested, await fresh()), (error: unknown) => {
    assert.ok(error instanceof ConfigPatchError);
    for (const one of error.errors) assert.match(one.remedy ?? "", /`allowNested: true`/);
    return true;
  });
});

Deno.test("library: warnings and statuses do not speak of the command line either", async () => {
  const mounts = await fresh();
  const one = (name: string) => ({
    [name]: { host_dir: "_n", shared_config_patch: { file: "a.json", json_set: { url } } },
  });
  const url = "{vault_url}";
  await applySharedConfigPatches(rosterFrom(one("gone")), mounts);
  const location = resolveVaultLocation({ url: "http://elsewhere:1" });
  const call = /`disableSharedConfigPatches\(roster, mounts, \["gone"\]\)`/;
  const none = rosterFrom({});
  const { warnings } = await applySharedConfigPatches(none, mounts, { location });
  assert.match(warnings[0]?.message ?? "", call);
  const socket = resolveVaultLocation({ socket: "" });
  const gh = await loadRoster([]);
  const { providers } = await statusOfSharedConfigPatches(gh, mounts, {
    location: socket,
    providers: ["gh"],
  });
  assert.match(providers[0]?.error?.remedy ?? "", /`socket`/);
});

Deno.test("a package that cannot be fetched is told from a bug", () => {
  const thrown = new TypeError(
    "Failed caching npm package 'jsonc-parser@3.3.1'\n" +
      '    0: npm package not found in cache: "jsonc-parser", --cached-only is specified.\n' +
      "    at \x1b[36mfile:///x/formats/mod.ts\x1b[0m:1:1",
  );
  const error = packageError(thrown);
  assert.equal(error?.code, "package");
  assert.match(error?.message ?? "", /^the package jsonc-parser could not be fetched: npm package/);
  assert.match(error?.remedy ?? "", /deno install.*bundle/);
  const scoped = packageError(new TypeError("Failed caching npm package '@x/y@1.0.0'"));
  assert.match(scoped?.message ?? "", /^the package @x\/y /);
  assert.equal(packageError(new TypeError("x is not a function")), undefined);
  assert.equal(packageError("npm package"), undefined);
});
