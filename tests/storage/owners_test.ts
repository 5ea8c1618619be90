/** To whom things belong: what root makes, what others cannot use, and who is told what. */
import assert from "node:assert/strict";
import { ConfigPatchError } from "../../errors.ts";
import { Mounts } from "../../storage/mounts.ts";
import { SIDECAR_NAME } from "../../storage/names.ts";
import { denoFileSystem, type FileSystem } from "../../storage/primitives.ts";
import { needsRoot } from "../torture/planting.ts";
import {
  create,
  DIR,
  Fault,
  FILE,
  LABEL,
  onTemporaries,
  patch,
  prepared,
  storageTest,
} from "../support/storage_tools.ts";

const USER = 1000;

/** A test as root over mounts of somebody else; elsewhere it says that it was not tried. */
function rootTest(name: string, work: (base: string) => Promise<void>): void {
  storageTest(name, async (base) => {
    if (needsRoot) return console.log(`not tried: ${needsRoot}`);
    Deno.chmodSync(base, 0o755);
    Deno.mkdirSync(`${base}/mounts`);
    Deno.chownSync(`${base}/mounts`, USER, USER);
    copyStorage(`${base}/program`);
    await work(base);
  });
}

/** A copy of what is tried, which anybody can read: the project may lie where only we can enter. */
function copyStorage(to: string): void {
  const from = new URL("../../", import.meta.url);
  Deno.mkdirSync(`${to}/storage`, { recursive: true });
  const names = Array.from(Deno.readDirSync(new URL("storage", from)), ({ name }) => name);
  for (const name of ["errors.ts", ...names.map((name) => `storage/${name}`)]) {
    Deno.writeTextFileSync(`${to}/${name}`, Deno.readTextFileSync(new URL(name, from)));
  }
}

/** Runs a script over the mounts as somebody, with a umask. */
async function as(
  uid: number,
  umask: string,
  base: string,
  script: string,
  grants: readonly string[] = [`--allow-read=${base}/mounts`, `--allow-write=${base}/mounts`],
): Promise<string> {
  const file = `${base}/script-${crypto.randomUUID()}.ts`;
  Deno.writeTextFileSync(
    file,
    `import { Mounts } from ${JSON.stringify(`${base}/program/storage/mounts.ts`)};
    const text = (words) => new TextEncoder().encode(words);
    ${script}`,
  );
  Deno.chmodSync(file, 0o644);
  const run = ["run", "--no-config", "--no-check", "--no-prompt", ...grants, file];
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `umask ${umask}; exec "$0" "$@"`, Deno.execPath(), ...run],
    cwd: base,
    uid,
    gid: uid,
    env: { DENO_DIR: `${base}/cache-${uid}`, HOME: base },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Everything below a directory, with its owner. */
function ownersIn(path: string): Record<string, number> {
  const owners: Record<string, number> = {};
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    owners[name] = Deno.lstatSync(`${path}/${name}`).uid ?? -1;
    if (isDirectory) {
      for (const [below, owner] of Object.entries(ownersIn(`${path}/${name}`))) {
        owners[`${name}/${below}`] = owner;
      }
    }
  }
  return owners;
}

/** All that a run does with our own files, and with a config. */
const runIn = (base: string) =>
  `const mounts = new Mounts(${JSON.stringify(`${base}/mounts`)}, { mayWrite: true });
  await mounts.prepare(["${DIR}"]);
  {
    using _lock = await mounts.lock();
    await mounts.writeOwn("state.json", "{}");
    await mounts.writeOwn("steady.json", "{}");
    const expected = await mounts.read("${DIR}", "${FILE}", "apply");
    await mounts.replace({
      dir: "${DIR}", file: "${FILE}", bytes: text(String(Math.random())), expected,
      temporary: mounts.temporaryName(),
    });
  }
  console.log(await mounts.readOwn("state.json"));`;

for (const umask of ["022", "077"]) {
  rootTest(`root once, then the user, umask ${umask}`, async (base) => {
    assert.equal(await as(0, umask, base, runIn(base)), "{}\n");
    const owners = ownersIn(`${base}/mounts`);
    assert.deepEqual(Object.keys(owners).sort(), [
      ".vault-config",
      ".vault-config/lock",
      ".vault-config/state.json",
      ".vault-config/steady.json",
      DIR,
      LABEL,
    ]);
    assert.deepEqual([...new Set(Object.values(owners))], [USER]);
    Deno.mkdirSync(`${base}/cache-${USER}`);
    Deno.chownSync(`${base}/cache-${USER}`, USER, USER);
    assert.equal(await as(USER, "022", base, runIn(base)), "{}\n");
  });
}

rootTest("what an older version's root has left is healed by root's next run", async (base) => {
  const own = `${base}/mounts/.vault-config`;
  Deno.mkdirSync(own, { mode: 0o700 });
  Deno.writeTextFileSync(`${own}/lock`, "");
  Deno.writeTextFileSync(`${own}/state.json`, "{}");
  assert.equal(await as(0, "022", base, runIn(base)), "{}\n");
  assert.deepEqual([...new Set(Object.values(ownersIn(`${base}/mounts`)))], [USER]);
});

rootTest(
  "a host dir that root could not give away before it was killed is given later",
  async (base) => {
    const dir = `${base}/mounts/${DIR}`;
    Deno.mkdirSync(dir);
    assert.equal(await as(0, "022", base, runIn(base)), "{}\n");
    assert.deepEqual([...new Set(Object.values(ownersIn(`${base}/mounts`)))], [USER]);
    // Where something is in it already, somebody else has made it.
    Deno.chownSync(dir, 0, 0);
    assert.equal(await as(0, "022", base, runIn(base)), "{}\n");
    assert.equal(Deno.statSync(dir).uid, 0);
  },
);

rootTest("a config that the owner of its host dir could not read is not made", async (base) => {
  const dir = `${base}/mounts/${DIR}`;
  const client = 2000;
  Deno.mkdirSync(dir);
  Deno.chownSync(dir, client, client);
  Deno.chmodSync(dir, 0o777);
  Deno.mkdirSync(`${base}/cache-${USER}`);
  Deno.chownSync(`${base}/cache-${USER}`, USER, USER);
  const made = (umask: string, file: string, mode: string) =>
    as(
      USER,
      umask,
      base,
      `const mounts = new Mounts(${JSON.stringify(`${base}/mounts`)}, { mayWrite: true });
      const expected = await mounts.read("${DIR}", "${file}");
      await mounts.replace({
        dir: "${DIR}", file: "${file}", bytes: text("a"), expected, mode: ${mode},
        temporary: mounts.temporaryName(),
      }).then(() => console.log("made"), (error) => console.log(error.code + ": " + error.message));`,
    );
  const told =
    /^permission: its client could not read it: .* 1000:1000 with the mode 0600, .* 2000/;
  const names = () => [...Deno.readDirSync(dir)].map(({ name }) => name);
  assert.match(await made("022", FILE, "0o600"), told);
  assert.match(await made("077", FILE, "undefined"), told);
  assert.deepEqual(names(), []);
  assert.equal(await made("022", FILE, "undefined"), "made\n");
  // Brought to its mode, it would be hidden as well.
  assert.match(await made("022", FILE, "0o600"), told);
  // A sidecar is for whoever runs us, too.
  assert.equal(await made("077", SIDECAR_NAME, "undefined"), "made\n");
  // In a host dir of one's own, nobody else is the client.
  Deno.removeSync(`${dir}/${FILE}`);
  Deno.chownSync(dir, USER, USER);
  assert.equal(await made("022", FILE, "0o600"), "made\n");
});

/** What the user is told of reading and locking, each in one line: `told` is an expression of `error`. */
async function toldToUser(base: string, told: string): Promise<string> {
  Deno.mkdirSync(`${base}/cache-${USER}`);
  Deno.chownSync(`${base}/cache-${USER}`, USER, USER);
  return await as(
    USER,
    "022",
    base,
    `const mounts = new Mounts(${JSON.stringify(`${base}/mounts`)});
    for (const work of [() => mounts.readOwn("state.json"), () => mounts.lock({ timeout: 0 })]) {
      console.log(await work().catch((error) => ${told}));
    }`,
  );
}

rootTest("who cannot use our own directory is told whose it is", async (base) => {
  Deno.mkdirSync(`${base}/mounts/.vault-config`, { mode: 0o700 });
  Deno.writeTextFileSync(`${base}/mounts/.vault-config/state.json`, "{}");
  const said = await toldToUser(base, `error.code + ": " + error.message + ": " + error.remedy`);
  const [read, lock] = said.split("\n");
  assert.match(read!, /^permission: cannot read it: \.vault-config\/ belongs to root alone: /);
  assert.match(
    lock!,
    /^permission: cannot take the lock: \.vault-config\/ belongs to root alone: /,
  );
  assert.match(read!, /run this as root, or .*chown -R 1000:1000 .*mounts\/\.vault-config/);
});

rootTest("one of our own files that is somebody else's is named with its owner", async (base) => {
  const own = `${base}/mounts/.vault-config`;
  Deno.mkdirSync(own, { mode: 0o700 });
  Deno.chownSync(own, USER, USER);
  for (const name of ["state.json", "lock"]) {
    Deno.writeTextFileSync(`${own}/${name}`, "{}", { mode: 0o600 });
  }
  const said = await toldToUser(base, `error.file + ": " + error.message`);
  assert.deepEqual(said.trim().split("\n"), [
    ".vault-config/state.json: cannot read it: .vault-config/state.json belongs to root alone",
    ".vault-config/lock: cannot take the lock: .vault-config/lock belongs to root alone",
  ]);
});

for (const grants of ["scoped", "all"] as const) {
  rootTest(
    `directories to a nested file belong to the host dir's owner (${grants})`,
    async (base) => {
      const script = `const path = ${JSON.stringify(`${base}/mounts`)};
      const mounts = new Mounts(path, { allowNested: true, mayWrite: true });
      await mounts.prepare(["${DIR}"]);
      await mounts.prepareHostDir("${DIR}", "a/b/c.json");
      await mounts.replace({ dir: "${DIR}", file: "a/b/c.json", bytes: text("1"),
        expected: undefined, temporary: mounts.temporaryName() });
      console.log(await mounts.nestedAccess());`;
      const flags = grants === "all" ? ["-A"] : undefined;
      const access = grants === "all" ? "anchored" : "checked";
      // One is of a run that was killed before it could give it away.
      Deno.mkdirSync(`${base}/mounts/${DIR}`);
      Deno.chownSync(`${base}/mounts/${DIR}`, USER, USER);
      Deno.mkdirSync(`${base}/mounts/${DIR}/a`);
      assert.equal(await as(0, "077", base, script, flags), `${access}\n`);
      assert.deepEqual([...new Set(Object.values(ownersIn(`${base}/mounts/${DIR}`)))], [USER]);
    },
  );
}

rootTest(
  "a directory to a nested file that cannot be given away stays, and says what is wrong later",
  async (base) => {
    const dir = `${base}/mounts/${DIR}`;
    Deno.mkdirSync(dir);
    Deno.chownSync(dir, USER, USER);
    const fileSystem: FileSystem = {
      ...denoFileSystem,
      async openDirectory(path) {
        const directory = await denoFileSystem.openDirectory(path);
        const chown = () => {
          throw Object.assign(new Deno.errors.PermissionDenied("no"), { code: "EPERM" });
        };
        return { ...directory, chown };
      },
    };
    const mounts = new Mounts(`${base}/mounts`, { fileSystem, allowNested: true, mayWrite: true });
    await mounts.prepareHostDir(DIR, "a/c.json");
    assert.equal(Deno.statSync(`${dir}/a`).uid, 0);
  },
);

storageTest("the settings may be a link, which is never written through", async (base) => {
  const mounts = await prepared(base);
  assert.equal(await mounts.readOwn("settings.toml"), undefined);
  await mounts.writeOwn("settings.toml", "a = 1\n");
  assert.equal(await mounts.readOwn("settings.toml"), "a = 1\n");
  Deno.renameSync(`${base}/.vault-config/settings.toml`, `${base}/mine.toml`);
  Deno.symlinkSync("../mine.toml", `${base}/.vault-config/settings.toml`);
  assert.equal(await mounts.readOwn("settings.toml"), "a = 1\n");
  await assert.rejects(mounts.writeOwn("settings.toml", "b = 1\n"), { code: "settings" });
  assert.equal(Deno.readTextFileSync(`${base}/mine.toml`), "a = 1\n");
});

for (const code of ["EPERM", "EINVAL"]) {
  rootTest(`an owner that cannot be kept (${code}) is named`, async (base) => {
    await create(await prepared(`${base}/mounts`), "a\n");
    const path = `${base}/mounts/${LABEL}`;
    Deno.chownSync(path, 4242, 4242);
    const fileSystem = onTemporaries((file) => ({
      ...file,
      chown() {
        throw new Fault(code);
      },
    }));
    const error = await patch(new Mounts(`${base}/mounts`, { fileSystem }), "b\n")
      .then(() => undefined, (thrown: unknown) => thrown);
    assert(error instanceof ConfigPatchError);
    assert.equal(error.code, "permission");
    assert.match(error.message, /belongs to 4242:4242/);
    assert.match(error.remedy ?? "", code === "EPERM" ? /as the file's owner/ : /user namespace/);
    assert.equal(Deno.readTextFileSync(path), "a\n");
    assert.deepEqual(Array.from(Deno.readDirSync(`${base}/mounts/${DIR}`)).length, 1);
  });
}

rootTest("where an own file cannot be given away, it is written all the same", async (base) => {
  const fileSystem = {
    ...denoFileSystem,
    chown() {
      throw new Fault("EINVAL");
    },
  };
  const mounts = new Mounts(`${base}/mounts`, { fileSystem });
  await mounts.prepare();
  await mounts.writeOwn("state.json", "{}");
  assert.equal(await mounts.readOwn("state.json"), "{}");
});
