/**
 * The yardstick: what a user would write instead of vault-config. Parses the three files, sets the
 * values, prints the files anew. No lock, no undo, no check, and comments are lost.
 *
 * @module
 */
import { dump, load } from "js-yaml";
import { parse, stringify, type TomlTable } from "smol-toml";

const [mounts = "mounts"] = Deno.args;
const url = "http://localhost:9419";

edit("_codex-config/config.toml", (text) =>
  stringify({
    ...parse(text),
    chatgpt_base_url: `${url}/backend-api/`,
    openai_base_url: `${url}/v1`,
  }));
edit("_vibe-config/config.toml", (text) => {
  const config = parse(text);
  const providers = (config.providers ?? []) as TomlTable[];
  const others = providers.filter((one) => one.name !== "mistral");
  const ours = { name: "mistral", api_base: `${url}/v1`, api_key_env_var: "MISTRAL_API_KEY" };
  return stringify({ ...config, providers: [...others, ours] });
});
edit("_gh-config/config.yml", (text) => {
  const config = text === "" ? {} : load(text) as object;
  return dump({ ...config, http_unix_socket: "/run/terok/vault.sock" });
});

function edit(path: string, change: (text: string) => string): void {
  const file = `${mounts}/${path}`;
  Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(file, change(readOrEmpty(file)));
}

function readOrEmpty(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return "";
  }
}
