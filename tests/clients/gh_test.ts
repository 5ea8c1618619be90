/**
 * The proof with a real program: GitHub's `gh`, its config written by vault-config, talks to a
 * stand-in vault on a Unix socket; without that config it does not.
 */
import assert from "node:assert/strict";
import { resolveVaultLocation } from "../../mod.ts";
import { Scenario } from "../support/scenario.ts";

const GH = "_gh-config/config.yml";

Deno.test({
  name: "gh reaches the vault through a config that we wrote, and only through it",
  ignore: !isInstalled("gh"),
  async fn() {
    const scenario = await Scenario.with({ [GH]: "# mine\nversion: '1'\ngit_protocol: ssh\n" });
    const socket = `${await Deno.makeTempDir()}/vault.sock`;
    const requests: string[] = [];
    const vault = Deno.serve({ path: socket, transport: "unix", onListen() {} }, (request) => {
      const { pathname } = new globalThis.URL(request.url);
      requests.push(`${request.method} ${pathname} ${request.headers.get("authorization")}`);
      return Response.json({ login: "octo-dev" });
    });
    try {
      const location = resolveVaultLocation({ socket });
      assert.notEqual((await userOf(scenario)).login, "octo-dev");
      assert.deepEqual(requests, []);

      await scenario.apply({ providers: ["gh"], location });
      assert.equal((await userOf(scenario)).login, "octo-dev");
      assert.deepEqual(requests, ["GET /user token phantom"]);

      await scenario.apply({ providers: [], disabledProviders: ["gh"], location });
      assert.notEqual((await userOf(scenario)).login, "octo-dev");
      assert.equal(requests.length, 1);
    } finally {
      await vault.shutdown();
    }
  },
});

Deno.test({
  name: "a file that gh's own reader refuses sends gh nowhere: it ends with an error",
  ignore: !isInstalled("gh"),
  async fn() {
    // To Go's reader of YAML, this is another version; to our own and those of other clients it is not.
    const scenario = await Scenario.with({ [GH]: "%YAML 1.2\n---\ngit_protocol: ssh\n" });
    await scenario.apply({ providers: ["gh"] });
    assert.match(scenario.read(GH) ?? "", /http_unix_socket/);
    // Were gh to go past our values with its defaults, it would wait for this proxy to answer.
    const proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let asked = 0;
    const listening = (async () => {
      for await (const connection of proxy) {
        asked++;
        connection.close();
      }
    })();
    const { success, stderr } = await ghAt(scenario, `http://127.0.0.1:${proxy.addr.port}`);
    proxy.close();
    await listening;
    assert.equal(success, false);
    assert.match(new TextDecoder().decode(stderr), /invalid config file|incompatible YAML/);
    assert.equal(asked, 0);
  },
});

if (!isInstalled("gh")) console.log("gh is not installed: its tests are ignored");

/** What gh says about its user, when its configuration is that of the mounts. */
async function userOf(scenario: Scenario): Promise<{ login?: string }> {
  // An unrouted gh must not find its way to anywhere else.
  const { stdout } = await ghAt(scenario, "http://127.0.0.1:9");
  try {
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch {
    return {};
  }
}

/** Asks gh for its user, behind a proxy. */
function ghAt(scenario: Scenario, proxy: string): Promise<Deno.CommandOutput> {
  return new Deno.Command("gh", {
    args: ["api", "user"],
    env: {
      GH_CONFIG_DIR: `${scenario.mounts}/_gh-config`,
      GH_TOKEN: "phantom",
      GH_NO_UPDATE_NOTIFIER: "1",
      HTTPS_PROXY: proxy,
    },
    stdout: "piped",
    stderr: "piped",
  }).output();
}

function isInstalled(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
