/** What storage can do with which grants of Deno, nested files among it. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { Mounts } from "../../storage/mounts.ts";
import { temporaryName } from "../../storage/names.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import {
  contentOf,
  create,
  deno,
  DIR,
  FILE,
  LABEL,
  mkdir,
  module,
  NEEDED,
  prepared,
  storageTest,
} from "../support/storage_tools.ts";
import { differences, treeOf } from "../support/tree.ts";

/** Grants, what Mounts can do with them, and what `excessPermissions` says. */
const GRANTS: readonly (readonly [flags: readonly string[], does: string, excess: string])[] = [
  [NEEDED, "done", ""],
  [["--allow-read=M"], "permission: add exactly --allow-write=M", ""],
  [[], "permission: add exactly --allow-read=M --allow-write=M", ""],
  [
    ["--allow-read", "--allow-write"],
    "done",
    "--allow-read (everything), --allow-write (everything)",
  ],
  [
    ["--allow-read=.", "--allow-write=M", "--allow-env"],
    "done",
    "--allow-read (above the mounts), --allow-env",
  ],
  [
    [...NEEDED, "--allow-net", "--allow-run", "--allow-ffi", "--allow-sys"],
    "done",
    "--allow-net, --allow-run, --allow-ffi, --allow-sys",
  ],
];

for (const [flags, does, excess] of GRANTS) {
  storageTest(`with [${flags.join(" ")}]: ${does}`, async (base) => {
    Deno.mkdirSync(`${base}/M`);
    const process = deno(
      base,
      `import { excessPermissions } from ${JSON.stringify(module("permissions"))};
      const apply = async () => {
        await mounts.prepare();
        using _lock = await mounts.lock();
        await mounts.prepareHostDir("${DIR}");
        const bytes = new TextEncoder().encode("a\\n");
        const replace = async () => mounts.replace({
          dir: "${DIR}", file: "${FILE}", temporary: mounts.temporaryName(), bytes,
          expected: await mounts.read("${DIR}", "${FILE}"),
        });
        await replace();
        Deno.chmodSync("M/${LABEL}", 0o606);
        await replace();
        if ((Deno.lstatSync("M/${LABEL}").mode & 0o777) !== 0o606) throw new Error("mode");
        await mounts.writeOwn("state.json", await mounts.readOwn("state.json") ?? "{}");
        return "done";
      };
      console.log(await apply().catch((error) => error.code + ": " + error.remedy));
      console.log(excessPermissions("M").join(", "));`,
      flags,
      "M",
    );
    const { stdout, stderr } = await process.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), `${does}\n${excess}\n`);
  });
}

storageTest("a path with a comma cannot be granted, and the remedy says so", async (base) => {
  const process = deno(
    base,
    "console.log(await mounts.prepare().catch((error) => error.code + ': ' + error.remedy));",
    [],
    "a,b",
  );
  const { stdout } = await process.output();
  assert.match(new TextDecoder().decode(stdout), /^permission: .*comma/);
});

storageTest("reading needs no permission to write", async (base) => {
  await create(new Mounts(await mkdir(`${base}/M`)), "a\n");
  const process = deno(
    base,
    `const read = await mounts.read("${DIR}", "${FILE}");
    console.log(read.bytes.length, await mounts.readOwn("state.json"), await mounts.hostDirs());`,
    ["--allow-read=M"],
    "M",
  );
  const { stdout } = await process.output();
  assert.equal(new TextDecoder().decode(stdout), `2 undefined [ "${DIR}" ]\n`);
});

storageTest("a nested file is refused unless it is allowed", async (base) => {
  const mounts = await prepared(base);
  const error = await mounts.read(DIR, "a/b.json").catch((thrown) => thrown);
  assert.equal(error.code, "roster");
  assert.match(error.remedy, /--allow-nested/);
});

const ACCESS = [
  [["--allow-all"], "anchored"],
  [["--allow-read", "--allow-write"], "checked"],
  [NEEDED, "checked"],
] as const;

for (const [grants, access] of ACCESS) {
  storageTest(`a nested file is ${access} with [${grants.join(" ")}]`, async (base) => {
    Deno.mkdirSync(`${base}/M`);
    Deno.mkdirSync(`${base}/outside`);
    Deno.writeTextFileSync(`${base}/outside/c.json`, "SECRET");
    const process = deno(
      base,
      `console.log(await mounts.nestedAccess());
      await mounts.prepareHostDir("${DIR}", "a/b/c.json");
      const replace = async (text) => mounts.replace({
        dir: "${DIR}", file: "a/b/c.json", temporary: mounts.temporaryName(),
        bytes: new TextEncoder().encode(text), expected: await mounts.read("${DIR}", "a/b/c.json"),
      });
      await replace("1");
      await replace("2");
      console.log((await mounts.read("${DIR}", "a/b/c.json")).bytes.length);`,
      grants,
      "M",
      "{ allowNested: true }",
    );
    const { stdout, stderr } = await process.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), `${access}\n1\n`);
    assert.equal(contentOf(`${base}/M/${DIR}/a/b/c.json`), "2");

    // A link on the way is refused, whether it leads outside or stays inside.
    for (const target of ["../../outside", "elsewhere"]) {
      Deno.renameSync(`${base}/M/${DIR}/a`, `${base}/M/${DIR}/elsewhere`);
      Deno.symlinkSync(target, `${base}/M/${DIR}/a`);
      const before = treeOf(base);
      const process = deno(
        base,
        `for (const work of [
          () => mounts.read("${DIR}", "a/c.json"),
          () => mounts.prepareHostDir("${DIR}", "a/c.json"),
          () => mounts.collect("${DIR}", "a/" + mounts.temporaryName()),
          () => mounts.replace({ dir: "${DIR}", file: "a/c.json", bytes: new Uint8Array(),
            temporary: mounts.temporaryName(), expected: undefined }),
        ]) console.log(await work().catch((error) => error.code));`,
        grants,
        "M",
        "{ allowNested: true }",
      );
      const { stdout } = await process.output();
      assert.equal(new TextDecoder().decode(stdout), "hostile\n".repeat(4));
      assert.deepEqual(differences(before, treeOf(base)), []);
      Deno.removeSync(`${base}/M/${DIR}/a`);
      Deno.renameSync(`${base}/M/${DIR}/elsewhere`, `${base}/M/${DIR}/a`);
    }
  });
}

for (const access of ["anchored", "checked"] as const) {
  for (const moment of ["before", "after"] as const) {
    const name = `a directory swapped ${moment} the temporary is made leads nowhere (${access})`;
    storageTest(name, async (base) => {
      const inside = `${base}/mounts/${DIR}`;
      Deno.mkdirSync(`${inside}/a`, { recursive: true });
      Deno.mkdirSync(`${base}/outside`);
      // The same content and mode, so that only the directory tells the two files apart.
      Deno.writeTextFileSync(`${base}/outside/c.json`, "old");
      Deno.writeTextFileSync(`${inside}/a/c.json`, "old");
      const outside = treeOf(`${base}/outside`);
      const swap = () => {
        Deno.renameSync(`${inside}/a`, `${inside}/b`);
        Deno.symlinkSync(`${base}/outside`, `${inside}/a`);
      };
      const swapping: FileSystem = {
        ...denoFileSystem,
        // Without a directory to hold on to, Mounts falls back to checking.
        openDirectory: access === "anchored"
          ? denoFileSystem.openDirectory
          : () => Promise.reject(new Deno.errors.NotCapable("injected")),
        createNew(path, mode) {
          if (moment === "before") swap();
          const file = denoFileSystem.createNew(path, mode);
          if (moment === "after") swap();
          return file;
        },
      };
      const mounts = new Mounts(`${base}/mounts`, { fileSystem: swapping, allowNested: true });
      assert.equal(await mounts.nestedAccess(), access);
      const error: unknown = await mounts.replace({
        dir: DIR,
        file: "a/c.json",
        temporary: temporaryName(),
        bytes: new TextEncoder().encode("new"),
        expected: await mounts.read(DIR, "a/c.json"),
      }).then(() => undefined, (thrown) => thrown);
      if (access === "checked") assert(error instanceof ConfigPatchError, String(error));
      else assert.equal(error, undefined);
      assert.equal(contentOf(`${inside}/b/c.json`), access === "checked" ? "old" : "new");
      assert.deepEqual(treeOf(`${base}/outside`), outside);
    });
  }
}
