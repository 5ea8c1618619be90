#!/bin/sh
# Codex in a container of runc, on this machine, and nothing left afterwards: routed by an agent file of
# one's own, then with a setting that leads past the vault, then switched off for good.
# Needs root, runc, a static busybox, deno, and the bundle of vault-config.
set -eu
program=$(realpath "${1:?give the path of the bundle: sh try.sh dist/vault-config.js}")
part=$(realpath "$(dirname "$0")/config.part.json")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod +x "$program"
vault_config() { "$program" "$@" --mounts "$work/mounts"; }
step() { printf '\n== %s\n' "$*"; }

step "an agent file of one's own, laid over the built-in codex"
mkdir -p "$work/mounts/.vault-config/agents" "$work/mounts/_codex-config"
cat > "$work/mounts/.vault-config/agents/codex.yaml" <<'YAML'
shared_config_patch:
  toml_set:
    disable_response_storage: true
YAML
echo 'roster = ["agents"]' > "$work/mounts/.vault-config/settings.toml"
echo 'model = "gpt-5.5" # mine' > "$work/mounts/_codex-config/config.toml"
vault_config plan --providers codex

step "a bundle for runc, with the hook of config.part.json (and without its socket)"
mkdir -p "$work/bundle/rootfs/bin" "$work/bundle/rootfs/root/.codex"
for directory in proc dev sys; do mkdir "$work/bundle/rootfs/$directory"; done
cp "$(command -v busybox)" "$work/bundle/rootfs/bin/busybox"
runc spec --bundle "$work/bundle"
PART=$part PROGRAM=$program WORK=$work deno run --no-prompt --allow-read --allow-write --allow-env - <<'JS'
const env = (name) => Deno.env.get(name);
const file = `${env("WORK")}/bundle/config.json`;
const spec = JSON.parse(Deno.readTextFileSync(file));
const deno = Deno.execPath().replace(/\/[^/]*$/, "");
const part = JSON.parse(
  Deno.readTextFileSync(env("PART"))
    .replaceAll("/usr/local/bin/vault-config", env("PROGRAM"))
    .replaceAll("/srv/agents", env("WORK"))
    .replaceAll("/var/cache/vault-config", `${env("WORK")}/cache`)
    .replace("PATH=", `PATH=${deno}:`),
);
spec.process.terminal = false;
spec.process.args = ["/bin/busybox", "cat", "/root/.codex/config.toml"];
spec.mounts.push(...part.mounts.filter(({ source }) => source.startsWith(env("WORK"))));
spec.hooks = part.hooks;
Deno.writeTextFileSync(file, JSON.stringify(spec));
JS
start() { runc run --bundle "$work/bundle" "vault-config-try-$$"; }

step "it runs, and sees the patched file"
start

step "with a setting that leads past the vault it does not start"
cp "$work/mounts/_codex-config/config.toml" "$work/good"
printf 'model_provider = "relay"\n[model_providers.relay]\nbase_url = "https://relay.example"\n' \
  > "$work/mounts/_codex-config/config.toml"
if start; then echo "it has started: this must not be" >&2 && exit 1; fi
cp "$work/good" "$work/mounts/_codex-config/config.toml"

step "switched off for good; the user's file is as it was"
vault_config disable codex
cat "$work/mounts/_codex-config/config.toml"
vault_config status
