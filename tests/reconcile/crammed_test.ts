/**
 * Host dirs that a container has filled: with more names than are looked through, with what cannot be
 * removed, with names that are long to print. All runs come to one verdict, and nothing grows.
 */
import assert from "node:assert/strict";
import { defaultFormats } from "../../formats/mod.ts";
import { ConfigPatchError, resolveVaultLocation, verifySharedConfigPatches } from "../../mod.ts";
import { MOST_TOLD } from "../../ownership/bounds.ts";
import { run } from "../../reconcile/run.ts";
import { LIMITS } from "../../storage/limits.ts";
import { Mounts } from "../../storage/mounts.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { rosterOf, Scenario } from "../support/scenario.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const ONE = {
  p: { host_dir: "_p", shared_config_patch: { file: "c.json", json_set: { url: "{vault_url}" } } },
};

Deno.test("a host dir with too many names is refused by a steady start as well", async () => {
  const scenario = await Scenario.with();
  const providers = ["codex"];
  await scenario.apply({ providers });
  assert.equal((await scenario.apply({ providers })).changed, false);
  for (let i = 0; i <= LIMITS.names; i++) {
    Deno.writeTextFileSync(`${scenario.mounts}/_codex-config/${i}`, "");
  }
  const refused = (error: unknown) =>
    error instanceof ConfigPatchError && error.errors[0]?.code === "too-large";
  await assert.rejects(scenario.apply({ providers }), refused);
  const { verdict } = await verifySharedConfigPatches(scenario.roster, scenario.mounts, {
    providers,
  });
  assert.equal(verdict, "unknown");
  await Deno.remove(scenario.mounts, { recursive: true });
});

/** A file system on which one host dir lets names be made, and none be taken away (`chattr +a`). */
function appendOnly(dir: string): FileSystem {
  const refuse = (path: string) => {
    if (path.includes(`/${dir}/`)) throw Object.assign(new Error("EPERM"), { code: "EPERM" });
  };
  return {
    ...denoFileSystem,
    rename(from, to) {
      refuse(to);
      denoFileSystem.rename(from, to);
    },
    remove(path) {
      refuse(path);
      denoFileSystem.remove(path);
    },
  };
}

Deno.test("a host dir that nothing can be removed from gets one temporary, not one a start", async () => {
  const patches = { ...ONE, q: { ...ONE.p, host_dir: "_q" } };
  const scenario = await Scenario.with({ "_p/c.json": '{"a": 1}\n' }, patches);
  const fileSystem = appendOnly("_p");
  const start = async (providers: string[]) => {
    const mounts = new Mounts(scenario.mounts, { fileSystem, mayWrite: true });
    const job = { roster: rosterOf(patches), formats: defaultFormats, mounts, providers };
    return (await run({ ...job, location: resolveVaultLocation() })).report;
  };
  const left = () => [...Deno.readDirSync(`${scenario.mounts}/_p`)].map(({ name }) => name).sort();
  const first = await start(["p"]);
  assert.equal(first.providers[0]?.outcome, "failed");
  const [temporary = "", ...others] = left().filter((name) => name !== "c.json");
  assert.match(temporary, /^\.vault-config-/);
  assert.deepEqual(others, []);
  const state = scenario.read(".vault-config/state.json");

  for (let again = 0; again < 3; again++) {
    const report = await start(["p"]);
    const error = report.providers[0]?.error;
    assert.equal(error?.code, "permission");
    assert.ok(error?.message.includes(temporary), error?.message);
    assert.match(error?.remedy ?? "", /chattr -a/);
    assert.deepEqual(left(), [temporary, "c.json"]);
    assert.equal(report.warnings.length, 1);
    assert.equal(scenario.read(".vault-config/state.json")?.length, state?.length);
  }
  // Others are served meanwhile.
  assert.equal((await start(["q"])).providers[0]?.outcome, "created");

  // Once it can be removed, all is well again.
  const whole = await scenario.apply({ providers: ["p"] });
  assert.equal(whole.providers[0]?.outcome, "updated");
  assert.deepEqual(left(), [".terok-managed-config.json", "c.json"]);
  await Deno.remove(scenario.mounts, { recursive: true });
});

Deno.test("names that are long to print do not flood the log, accepted or not", async () => {
  const scenario = await Scenario.with();
  const [mounts, providers] = [scenario.mounts, "codex"];
  await scenario.apply({ providers: [providers] });
  const key = JSON.stringify("k\u001b".repeat(20_000));
  for (let i = 0; i < 60; i++) {
    // A name with control characters cannot be read, another one can.
    const long = (i % 2 === 0 ? "\u001b" : "x").repeat(200);
    const text = `openai_base_url = "x"\nmodel_provider = "x"\n[profiles.${key}]\n` +
      'model_provider = "x"\n';
    Deno.writeTextFileSync(
      `${mounts}/_codex-config/${long}${i}.config.toml`,
      i < 20 ? text : text.replace(/\[[^]*/, ""),
    );
  }
  for (const more of [[], ["--accept-bypass", "codex"]]) {
    const grants = ["--no-prompt", `--allow-read=${mounts}`, `--allow-write=${mounts}`];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...grants,
        CLI,
        "apply",
        "--mounts",
        mounts,
        "--providers",
        providers,
        ...more,
      ],
    }).output();
    assert.equal(code, more.length === 0 ? 1 : 0);
    const told = new TextDecoder().decode(stderr);
    assert.ok(stdout.length + told.length < 20_000, `${stdout.length} and ${told.length}`);
    assert.match(told, /more/);
    assert.equal(told.match(/(?:and|because) of /g)?.length, MOST_TOLD, told);
  }
  await Deno.remove(mounts, { recursive: true });
});
