/** Reads yaml-test-suite: one document per text, with a mapping as its root. */
import { FAILSAFE_SCHEMA, load } from "js-yaml";
import { parseAllDocuments } from "yaml";
import type { Suite, SuiteDocument } from "./suite.ts";

/** The suite below a directory that holds `yaml-test-suite`. */
export function yamlSuite(directory: string): Suite {
  const root = `${directory}/yaml-test-suite/src`;
  const names = [...Deno.readDirSync(root)].map((entry) => entry.name).sort();
  return {
    format: "yaml",
    name: "yaml-test-suite",
    mayRefuse: 0.1,
    undecodable: 0,
    documents: names.flatMap((name) => read(name, Deno.readTextFileSync(`${root}/${name}`))),
    second: (text) => secondOpinion(text),
  };
}

/** What the package `yaml` reads; throws where it finds an error or several documents. */
export function secondOpinion(text: string, version: "1.1" | "1.2" = "1.2"): unknown {
  const documents = parseAllDocuments(text, { version, uniqueKeys: false, logLevel: "silent" });
  if (!Array.isArray(documents)) return null;
  const [document, ...more] = documents;
  if (document === undefined) return null;
  if (more.length > 0) throw new Error("several documents");
  if (document.errors[0] !== undefined) throw document.errors[0];
  return document.contents === null
    ? null
    : document.toJS({ mapAsMap: true, maxAliasCount: -1 }) as unknown;
}

/** What a reader of YAML 1.1 makes of a text: to it `no` is a boolean, and `12:30` a number. */
export function oldOpinion(text: string): unknown {
  return secondOpinion(text, "1.1");
}

function read(file: string, text: string): SuiteDocument[] {
  const cases = load(text, { schema: FAILSAFE_SCHEMA }) as readonly Record<string, string>[];
  let [yaml, tree] = ["", ""];
  return cases.flatMap((one, index): SuiteDocument[] => {
    // What a case does not say is as in the one before.
    [yaml, tree] = [one.yaml ?? yaml, one.tree ?? tree];
    const document = { name: `${file}#${index}`, text: plain(yaml), invalid: one.fail === "true" };
    return document.invalid || rootIsMapping(tree) ? [document] : [];
  });
}

/** The suite writes blanks and line ends as visible signs. */
function plain(text: string): string {
  return text.replaceAll("␣", " ").replace(/—*»/g, "\t").replaceAll("←", "\r")
    .replaceAll("⇔", "\uFEFF").replaceAll("↵", "").replace(/∎\n$/, "");
}

/** Whether the suite's events are those of a single document whose root is a mapping. */
function rootIsMapping(tree: string): boolean {
  return tree.split("+DOC").length === 2 && /\+DOC.*\n\s*\+MAP/.test(tree);
}
