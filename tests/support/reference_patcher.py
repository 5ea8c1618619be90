"""A patcher in Python that treats configs as the reference does; for tests, and our own code.

    reference_patcher.py MOUNTS apply URL SOCKET
    reference_patcher.py MOUNTS disable

It reads a config as values (tomllib, ruamel.yaml), sets its own, writes the whole file anew in
place (tomli_w, ruamel.yaml), and keeps a record of its values in the sidecar.
"""

import io
import json
import sys
import tomllib
from pathlib import Path

import tomli_w
from ruamel.yaml import YAML

MATCH = {"name": "mistral"}
SIDECAR = ".terok-managed-config.json"


def patches(url, socket):
    return {
        "codex": (
            "_codex-config/config.toml",
            "toml_top",
            {"openai_base_url": f"{url}/v1", "chatgpt_base_url": f"{url}/backend-api/"},
        ),
        "vibe": (
            "_vibe-config/config.toml",
            "toml_table",
            {"api_base": f"{url}/v1", "api_key_env_var": "MISTRAL_API_KEY"},
        ),
        "gh": ("_gh-config/config.yml", "yaml_top", {"http_unix_socket": socket}),
    }


class Config:
    """One config file as values."""

    def __init__(self, path):
        self.path = path
        self.is_yaml = path.suffix == ".yml"
        text = path.read_bytes() if path.exists() else b""
        if self.is_yaml:
            self.yaml = YAML()
            self.yaml.preserve_quotes = True
            self.root = self.yaml.load(text) or {}
        else:
            self.root = tomllib.loads(text.decode())

    def write(self):
        if self.is_yaml:
            out = io.BytesIO()
            self.yaml.dump(self.root, out)
            self.path.write_bytes(out.getvalue())
        else:
            self.path.write_text(tomli_w.dumps(self.root))

    def entry(self):
        return next((one for one in self.root.get("providers", []) if matched(one)), None)


def matched(entry):
    return all(entry.get(key) == value for key, value in MATCH.items())


def load_sidecar(directory):
    path = directory / SIDECAR
    return json.loads(path.read_text())["files"] if path.exists() else {}


def save_sidecar(directory, files):
    path = directory / SIDECAR
    if files:
        payload = {"files": files, "version": 1}
        path.write_text(json.dumps(payload, indent=2, sort_keys=True) + "\n")
    else:
        path.unlink(missing_ok=True)


def apply(mounts, url, socket):
    for provider, (where, kind, values) in patches(url, socket).items():
        path = mounts / where
        path.parent.mkdir(parents=True, exist_ok=True)
        config = Config(path)
        record = {"kind": kind, "values": values}
        if kind == "toml_table":
            entry = config.entry()
            record |= {"table": "providers", "match": MATCH, "created": entry is None}
            if entry is None:
                config.root.setdefault("providers", []).append({**MATCH, **values})
            else:
                entry.update(values)
        else:
            config.root.update(values)
        config.write()
        files = load_sidecar(path.parent)
        files.setdefault(path.name, {"providers": {}})["providers"][provider] = [record]
        save_sidecar(path.parent, files)


def disable(mounts):
    for provider, (where, _, _) in patches("", "").items():
        directory = (mounts / where).parent
        files = load_sidecar(directory)
        for name in list(files):
            providers = files[name]["providers"]
            for record in providers.pop(provider, []):
                take_out(directory / name, record)
            if not providers:
                del files[name]
        save_sidecar(directory, files)


def take_out(path, record):
    if not path.exists():
        return
    config = Config(path)
    is_table = record["kind"] == "toml_table"
    target = config.entry() if is_table else config.root
    if target is None:
        return
    for key, value in record["values"].items():
        if target.get(key) == value:
            del target[key]
    if is_table:
        if record["created"] and dict(target) == MATCH:
            config.root["providers"].remove(target)
        if not config.root["providers"]:
            del config.root["providers"]
    config.write()


if __name__ == "__main__":
    mounts = Path(sys.argv[1])
    if sys.argv[2] == "apply":
        apply(mounts, sys.argv[3], sys.argv[4])
    else:
        disable(mounts)
