/** Where an agent says what we read, and what is a slip. */
import assert from "node:assert/strict";
import { PATCH, read, refused } from "../support/agents.ts";

Deno.test("host dir and patch stand at the old, the new, or the short place", () => {
  const auth = { host_dir: "_t" };
  for (
    const one of [
      { auth, vault: { shared_config_patch: PATCH } },
      { auth, provider: { config_patch: PATCH, default: "openai" } },
      { host_dir: "_t", shared_config_patch: PATCH },
      { auth, vault: { shared_config_patch: PATCH }, provider: { config_patch: { ...PATCH } } },
      { auth, host_dir: "_t", vault: { shared_config_patch: PATCH }, provider: "openai" },
      { auth, vault: null, provider: { config_patch: PATCH } },
    ]
  ) assert.equal(read(one).hostDir, "_t");
  refused({
    auth,
    vault: { shared_config_patch: PATCH },
    provider: { config_patch: { ...PATCH, file: "d.toml" } },
  }, /differ/);
  refused({ auth, host_dir: "other", shared_config_patch: PATCH }, /differ/);
});

Deno.test("without auth, opencode gives the host dir; without either, a patch is refused", () => {
  const vault = { shared_config_patch: PATCH };
  assert.equal(read({ vault, opencode: { base_url: "x" } }).hostDir, "_t-config");
  assert.equal(read({ vault, auth: null, opencode: {} }).hostDir, "_t-config");
  refused({ vault }, /no host dir/);
  refused({ vault, auth: { modes: [] }, opencode: {} }, /no host dir/);
  assert.equal(read({ auth: { host_dir: "_t" } }).patches.length, 0);
  assert.equal(read({}).patches.length, 0);
});

Deno.test("elsewhere keys are another program's business, but slips of ours are not", () => {
  read({
    kind: "native",
    mounts: [{ host_dir: "_x", container_path: "/x" }],
    oauth: { a: 1 },
    auto: { x: 1 },
    auth: { host_dir: "_t", modes: ["api_key"], api_key_hint: "…" },
    vault: { route_prefix: "x", credential_file: ".env", shared_domain: true },
    providers: { openai: {} },
    made: () => 1,
    when: new Date(0),
    nothing: undefined,
  });
  for (
    const [one, meant] of [
      [{ auth: { hostdir: "x" } }, "auth.host_dir"],
      [{ auth: { "host-dir": "x" } }, "auth.host_dir"],
      [{ auth: { hostDir: "x" } }, "auth.host_dir"],
      [{ vault: { shared_config_patches: {} } }, "vault.shared_config_patch"],
      [{ vault: { sharedConfigPatch: {} } }, "vault.shared_config_patch"],
      [{ vault: { config_patch: {} } }, "vault.shared_config_patch"],
      [{ provider: { shared_config_patch: {} } }, "provider.config_patch"],
      [{ provider: { config_patchs: {} } }, "provider.config_patch"],
      [{ vaults: { shared_config_patch: {} } }, "vault.shared_config_patch"],
      [{ valut: { shared_config_pach: {} } }, "vault.shared_config_patch"],
      [{ auth: { shared_config_patch: {} } }, "vault.shared_config_patch"],
      [{ vault: { host_dir: "x" } }, "auth.host_dir"],
      [{ providers: { config_patch: {} } }, "provider.config_patch"],
      [{ credential_proxy: { shared_config_patch: {} } }, "vault.shared_config_patch"],
      [{ auths: { host_dir: "x" } }, "auth.host_dir"],
      [{ host_dirs: "x" }, "auth.host_dir"],
      [{ config_patch: {} }, "vault.shared_config_patch"],
    ] as const
  ) {
    const error = refused(one, /not a key that is read/);
    assert.ok(error.remedy?.startsWith(`did you mean ${meant}`), error.remedy);
  }
  refused({ vault: "x" }, /vault has to be a mapping/);
  refused({ auth: ["x"] }, /auth has to be a mapping/);
});

Deno.test("a provider's name can be given in a list on a command line", () => {
  for (const name of ["codex", "my agent", "é", "a.b", "__proto__"]) read({}, name);
  for (const name of ["", " ", " a", "a ", "a,b", "a/b", "a\nb", "a\tb", "\x1b[1m", "\ud800"]) {
    refused({}, /cannot be the name/, name);
  }
});

Deno.test("a file that maps names to agents is told what a file holds", () => {
  const tool = { host_dir: "_t", shared_config_patch: PATCH };
  for (
    const agents of [
      { codex: tool, gh: tool },
      { mine: { vault: { shared_config_patch: PATCH }, auth: { host_dir: "_t" } } },
      { mine: { provider: { config_patch: PATCH } } },
    ]
  ) {
    const error = refused(agents, /a file holds one agent/);
    assert.match(error.remedy ?? "", /(codex|mine)\.yaml.*--roster -/);
  }
});
