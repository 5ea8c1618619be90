/** Small files with several providers in them: what the laws of providers are tried on. */
import type { ConfigPath } from "../../formats/mod.ts";
import type { LawEdit } from "../../testing/law.ts";

/** A format, its comment, texts, and what two or three providers want in each. */
export interface ProviderSamples {
  readonly format: string;
  readonly comment: string;
  readonly texts: readonly (string | undefined)[];
}

/** Texts to begin with. */
export const SAMPLES: readonly ProviderSamples[] = [
  {
    format: "toml",
    comment: "#",
    texts: [
      undefined,
      'model = "x" # mine\n',
      '# about\n\n[own]\na = 1\n\n[[list]]\nname = "own"\n',
      'list = [{ name = "own" }]\nouter = { a = 1 }\n',
      'p_url = "mine" # p\n\n\n[outer]\n\n[outer.own]\nq_url = 1\n\n',
      "[outer]\n[own]\na = 1",
      "list = [\n  # about\n]\n",
    ],
  },
  {
    format: "yaml",
    comment: "#",
    texts: [
      undefined,
      "model: x # mine\n",
      "# about\nown:\n    a: 1\nlist:\n    - name: own\n",
      "outer: { a: 1 }\nlist: [{ name: own }]\n",
      "p_url: mine # p\nouter:\nown:\n  a: 1\n\n\nlist: # none\n",
      "model: x\nouter:\n",
      "own: |\n  text\nouter:\n  # about\n  own: 1",
      "list:\n- name: own\n\n- name: second\n\nown: 1\n",
    ],
  },
  {
    format: "json",
    comment: "//",
    texts: [
      undefined,
      '{ "model": "x" }\n',
      "// c\n{\n}\n",
      '{\n  // about\n  "own": { "a": 1 },\n  "list": [\n    { "name": "own" }\n  ]\n}\n',
      '{\n  "model": "x",\n  "list": [\n    {\n      "name": "own"\n    },\n  ],\n}\n',
    ],
  },
];

/** What providers want beside each other. */
export const SETS: readonly (readonly LawEdit[])[] = [
  [["p_url"], ["q_url"]],
  [["p_url"], ["q_url"], ["r_url"]],
  [["outer", "p_url"], ["outer", "q_url"]],
  [["outer", "inner", "p_url"], ["outer", "q_url"]],
  [["list", { name: "ours" }, "p_url"], ["list", { name: "ours" }, "q_url"]],
  [["list", { name: "ours" }, "p_url"], ["list", { name: "other" }, "q_url"]],
  [["list", { name: "own" }, "p_url"], ["list", { name: "own" }, "q_url"], ["q_url"]],
  [["p_url"], ["outer", "q_url"], ["list", { name: "ours" }, "r_url"]],
].map((paths) => paths.map((path) => wanted(path)));

function wanted(path: ConfigPath): LawEdit {
  const last = String(path.at(-1));
  return { path, value: `http://localhost:9419/${last}`, other: `http://host:1/${last}` };
}
