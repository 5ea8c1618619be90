"""What a user would write instead: parse, set one key, write. No undo, no checks, no lock."""
import json
import os
import sys

kind, path = sys.argv[1:]
key, value = "p_url", "http://localhost:9419/v1"

if kind == "yaml":
    from ruamel.yaml import YAML

    yaml = YAML()
    with open(path, encoding="utf-8") as file:
        data = yaml.load(file)
    data[key] = value
    with open(path + ".new", "w", encoding="utf-8") as file:
        yaml.dump(data, file)
elif kind == "toml":
    import tomli_w

    try:
        import tomllib
    except ImportError:
        import tomli as tomllib
    with open(path, "rb") as file:
        data = tomllib.load(file)
    data = {key: value, **data}
    with open(path + ".new", "wb") as file:
        tomli_w.dump(data, file)
else:
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    data[key] = value
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(data, file, indent=2)
os.replace(path + ".new", path)
