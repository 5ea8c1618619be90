/** Entries of lists are known by what stands in them, never by their number. */
import { table, type Want } from "./table.ts";

const MATCH: readonly Want[] = [[["list", { kind: "x" }, "url"], "http://vault/v1"]];
const EACH: readonly Want[] = [[["list", "*", {}, "url"], "http://vault/v1", "each"]];

table("pairing", [
  {
    name: "every entry that matches is routed, and each gets its own former address back",
    format: "yaml",
    given: "list:\n- kind: x\n  url: a\n- kind: y\n  url: b\n- kind: x\n  url: c\n",
    wants: { p: MATCH },
    running: [
      { apply: "p" },
      {
        holds: 'list:\n- kind: x\n  url: "http://vault/v1"\n- kind: y\n  url: b\n' +
          '- kind: x\n  url: "http://vault/v1"\n',
      },
      { disable: "p" },
    ],
    expected: "list:\n- kind: x\n  url: a\n- kind: y\n  url: b\n- kind: x\n  url: c\n",
  },
  {
    name: "entries that change places take their former texts along",
    format: "yaml",
    given: "list:\n- id: 1\n  url: a\n- id: 2\n  url: b\n",
    wants: { p: EACH },
    running: [
      { apply: "p" },
      { user: ['- id: 1\n  url: "http://vault/v1"\n', ""] },
      { user: ["list:\n", "list:\n- id: 3\n  url: c\n"] },
      { user: ["- id: 2\n", "- id: 2\n  more: 1\n"] },
      { user: ["more: 1\n", "more: 1\n"] },
      { disable: "p" },
    ],
    expected: "list:\n- id: 3\n  url: c\n- id: 2\n  more: 1\n  url: b\n",
  },
  {
    name: "an entry that the user adds before ours is not taken for ours",
    given: '[[list]]\nkind = "x"\nname = "own"\nurl = "mine"\n',
    wants: { p: MATCH },
    running: [
      { apply: "p" },
      { user: ["[[list]]", '[[list]]\nkind = "x"\nname = "new"\n\n[[list]]'] },
      { disable: "p" },
    ],
    expected: '[[list]]\nkind = "x"\nname = "new"\n\n' +
      '[[list]]\nkind = "x"\nname = "own"\nurl = "mine"\n',
  },
  {
    name: "an entry that we made goes as soon as another one matches",
    format: "json",
    given: '{\n  "list": [\n    { "kind": "y" }\n  ]\n}\n',
    wants: { p: MATCH },
    running: [
      { apply: "p" },
      { user: ['"y"', '"x"'] },
      { apply: "p" },
      { holds: '{\n  "list": [\n    { "kind": "x", "url": "http://vault/v1" }\n  ]\n}\n' },
      { disable: "p" },
    ],
    expected: '{\n  "list": [\n    { "kind": "x" }\n  ]\n}\n',
  },
  {
    name: "a rename of an entry's name does not cost its former text",
    given: '[[list]]\nname = "mistral"\nkey = "k"\nurl = "mine"\n',
    wants: { p: [[["list", { name: "mistral" }, "url"], "http://vault/v1"]] },
    running: [
      { apply: "p" },
      { user: ['"mistral"', '"le-chat"'] },
      { disable: "p" },
    ],
    expected: '[[list]]\nname = "le-chat"\nkey = "k"\nurl = "mine"\n',
  },
  {
    name: "each goes into every table that the path meets, also of mappings in mappings",
    format: "json",
    given: '{ "models": { "openai": [{ "id": 1, "url": "a" }, { "id": 2 }], "none": [] } }',
    wants: { p: [[["models", "*", "*", {}, "url"], "http://vault/v1", "each"]] },
    running: [
      { apply: "p" },
      {
        holds: '{ "models": { "openai": [{ "id": 1, "url": "http://vault/v1" }, ' +
          '{ "id": 2, "url": "http://vault/v1" }], "none": [] } }',
      },
      { disable: "p" },
    ],
    expected: '{ "models": { "openai": [{ "id": 1, "url": "a" }, { "id": 2 }], "none": [] } }',
  },
  {
    name: "an entry that is gone leaves nothing, and its former text goes to nobody",
    given: '[[list]]\nid = 1\nurl = "a"\n\n[[list]]\nid = 2\nurl = "b"\n',
    wants: { p: EACH },
    running: [
      { apply: "p" },
      { user: ['[[list]]\nid = 1\nurl = "http://vault/v1"\n\n', ""] },
      { disable: "p" },
    ],
    expected: '[[list]]\nid = 2\nurl = "b"\n',
  },
]);
