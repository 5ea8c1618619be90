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

if (!isInstalled("gh")) console.log("gh is not installed: its test is ignored");

/** What gh says about its user, when its configuration is that of the mounts. */
async function userOf(scenario: Scenario): Promise<{ login?: string }> {
  const { stdout } = await new Deno.Command("gh", {
    args: ["api", "user"],
    env: {
      GH_CONFIG_DIR: `${scenario.mounts}/_gh-config`,
      GH_TOKEN: "phantom",
      GH_NO_UPDATE_NOTIFIER: "1",
      // An unrouted gh must not find its way to anywhere else.
      HTTPS_PROXY: "http://127.0.0.1:9",
    },
    stdout: "piped",
    stderr: "null",
  }).output();
  try {
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch {
    return {};
  }
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
