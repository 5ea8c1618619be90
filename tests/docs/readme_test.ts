/** The README, followed word for word in a copy of what would be committed. @module */
import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url).pathname;
const [name, ...rest] = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
const listed = await run(name ?? "", rest, root).catch(() => undefined);
if (listed === undefined) console.log("the README is not followed: this is no clone");

Deno.test(
  { name: "the README's commands do what it says", ignore: listed === undefined },
  async (t) => {
    const directory = await Deno.makeTempDir({ prefix: "vault-config-readme-" });
    const [clone, home] = [`${directory}/vault-config`, `${directory}/home`];
    await Deno.mkdir(home);
    for (const path of (listed ?? "").split("\0")) {
      if (path === "" || !await isFile(`${root}${path}`)) continue;
      await Deno.mkdir(`${clone}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.copyFile(`${root}${path}`, `${clone}/${path}`);
    }
    const paths = [
      `${home}/.local/bin`,
      Deno.execPath().replace(/\/[^/]*$/, ""),
      Deno.env.get("PATH"),
    ];
    const env = { HOME: home, PATH: paths.join(":"), DENO_DIR: await denoDir(), NO_COLOR: "1" };
    const follow = (command: string) => run("bash", ["-c", command], clone, env);
    const config = `${clone}/mounts/_codex-config/config.toml`;

    for (const command of commandsOf(await Deno.readTextFile(`${clone}/README.md`))) {
      await t.step(command.replace(/ *#.*/, ""), async () => {
        const said = await follow(command);
        const [, what] = /^vault-config (\w+)/.exec(command) ?? [];
        if (what === "plan") assert.match(said, /^\+openai_base_url = /m);
        if (/ apply$/.test(command) || what === "apply") {
          assert.match(await Deno.readTextFile(config), /localhost:9419/);
        }
        if (command.includes("disable --all")) assert.ok(!await isFile(config));
        if (what === "help") assert.match(said, /^ +apply /m);
      });
    }
    await Deno.remove(directory, { recursive: true });
  },
);

/** One a line; not what needs a registry that has the package, and not this test's own task. */
function commandsOf(readme: string): string[] {
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block ?? "");
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line !== "");
  assert.ok(lines.length > 8, "the README has lost its commands");
  return lines.filter((line) => !/\bjsr:|^deno task test$/.test(line));
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd, env, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  assert.ok(success, `${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function denoDir(): Promise<string> {
  return JSON.parse(await run(Deno.execPath(), ["info", "--json"], root)).denoDir;
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile === true;
}
