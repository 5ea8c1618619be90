/** A command that another one overtakes: it never undoes what was asked for since it began. */
import assert from "node:assert/strict";
import { applied } from "../../cli/apply.ts";
import { main } from "../../cli/main.ts";
import { parse } from "../../cli/parse.ts";
import { type Setup, setUp } from "../../cli/setup.ts";
import { apply } from "../../reconcile/request.ts";
import { changeSettings, readSettings } from "../../mod.ts";

const VIBE = "_vibe-config/config.toml";

/** Fresh mounts, in which these commands have been run. */
async function after(
  commands: readonly (readonly string[])[],
  work: (mounts: string) => Promise<void>,
): Promise<void> {
  const mounts = await Deno.makeTempDir({ prefix: "overtaken-" });
  try {
    for (const command of commands) assert.equal(await quietly(command, mounts), 0);
    await work(mounts);
  } finally {
    await Deno.remove(mounts, { recursive: true });
  }
}

async function quietly(command: readonly string[], mounts: string): Promise<number> {
  return await main([...command, "--mounts", mounts, "--quiet"]);
}

/** The setup of a command; once it has read the settings, something happens. */
function overtaken(mounts: string, happens: (attempt: number) => Promise<unknown>) {
  let attempt = 0;
  return async (): Promise<Setup> => {
    const setup = await setUp(parse(["apply", "--mounts", mounts]));
    await happens(++attempt);
    return setup;
  };
}

Deno.test("an apply that began before a disable does not undo it", async () => {
  await after([["apply"]], async (mounts) => {
    // So that there is something to write.
    Deno.writeTextFileSync(`${mounts}/_gh-config/config.yml`, "a: 1\n");
    const make = overtaken(mounts, async (attempt) => {
      if (attempt === 1) assert.equal(await quietly(["disable", "vibe"], mounts), 0);
    });
    const { setup, report } = await applied(make);
    assert.deepEqual(setup.off, ["vibe"]);
    assert.deepEqual(report.providers.map((row) => row.provider).includes("gh"), true);
    assert.match(Deno.readTextFileSync(`${mounts}/_gh-config/config.yml`), /vault\.sock/);
    assert.throws(() => Deno.statSync(`${mounts}/${VIBE}`), Deno.errors.NotFound);
  });
});

Deno.test("where the settings change again and again, a run says so and ends", async () => {
  await after([], async (mounts) => {
    let begun = 0;
    const make = overtaken(mounts, async (attempt) => {
      begun = attempt;
      await changeSettings(mounts, () => ({ disabled: [`p${attempt}`] }));
    });
    await assert.rejects(applied(make), { code: "changed", message: /settings were changed/ });
    assert.equal(begun, 5);
    assert.deepEqual([...Deno.readDirSync(mounts)].map(({ name }) => name).sort(), [
      ".vault-config",
      "_codex-config",
      "_gh-config",
      "_vibe-config",
    ]);
    assert.throws(() => Deno.statSync(`${mounts}/${VIBE}`), Deno.errors.NotFound);
  });
});

Deno.test("an enable keeps off who was switched off while it was at work", async () => {
  for (const off of [[], ["gh"]] as const) {
    await after([["apply"], ["disable", "vibe"]], async (mounts) => {
      const done: Promise<unknown>[] = [];
      const begins = onceWritten(`${mounts}/${VIBE}`, () => {
        const disabled = [...off, "vibe"];
        Deno.writeTextFileSync(
          `${mounts}/.vault-config/settings.toml`,
          `disabled = ${JSON.stringify(disabled)}\nenabled = ["glab"]\n`,
        );
      });
      done.push(quietly(["enable", "vibe"], mounts));
      await Promise.all(done);
      begins[Symbol.dispose]();
      const { disabled, enabled } = await readSettings(mounts);
      assert.deepEqual([disabled, enabled], [off, ["glab"]]);
    });
  }
});

Deno.test("a library call has no settings, and is asked nothing", async () => {
  await after([], async (mounts) => {
    const { request } = await setUp(parse(["apply", "--mounts", mounts]));
    await changeSettings(mounts, () => ({ disabled: ["vibe"] }));
    const { stillStands: _, ...plain } = request;
    const report = await apply(plain);
    assert.equal(report.providers.length, 3);
  });
});

/** Does something once a path has been renamed into place. */
function onceWritten(path: string, happens: () => void): Disposable {
  const real = Deno.renameSync;
  let isDone = false;
  Deno.renameSync = (from, to) => {
    real(from, to);
    if (to !== path || isDone) return;
    isDone = true;
    happens();
  };
  return { [Symbol.dispose]: () => void (Deno.renameSync = real) };
}
