"""The three files in Python, with the libraries and the record of the reference's patcher.

Parses, sets, prints anew, and writes a sidecar beside each file; no lock, no undo of former values, no
check, and comments are kept only in YAML.
"""
import json
import os
import sys
import tomllib

import tomli_w
from ruamel.yaml import YAML

mounts = sys.argv[1]
url = "http://localhost:9419"
yaml = YAML()


def edit(directory, name, read, write, kind, values, table=None, match=None):
    path = os.path.join(mounts, directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    config = {}
    if os.path.exists(path):
        with open(path, "rb") as file:
            config = read(file) or {}
    target = config
    if table:
        entries = config.setdefault(table, [])
        target = next((e for e in entries if all(e.get(k) == v for k, v in match.items())), None)
        if target is None:
            target = dict(match)
            entries.append(target)
    target.update(values)
    with open(path, "wb") as file:
        write(config, file)
    record = {"kind": kind, "values": values}
    if table:
        record |= {"created": True, "match": match, "table": table}
    side = {"files": {name: {"providers": {directory: [record]}}}, "version": 1}
    with open(os.path.join(mounts, directory, ".terok-managed-config.json"), "w") as file:
        json.dump(side, file, indent=2, sort_keys=True)


edit("_codex-config", "config.toml", tomllib.load, tomli_w.dump, "toml_top",
     {"chatgpt_base_url": url + "/backend-api/", "openai_base_url": url + "/v1"})
edit("_vibe-config", "config.toml", tomllib.load, tomli_w.dump, "toml_table",
     {"api_base": url + "/v1", "api_key_env_var": "MISTRAL_API_KEY"},
     "providers", {"name": "mistral"})
edit("_gh-config", "config.yml", yaml.load, yaml.dump, "yaml_top",
     {"http_unix_socket": "/run/terok/vault.sock"})
