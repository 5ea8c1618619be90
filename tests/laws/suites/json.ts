/** Reads JSONTestSuite: `y_*` with an object or a list as its root, and every `n_*`. */
import { decode, type Suite, type SuiteDocument } from "./suite.ts";

/** The suite below a directory that holds `json-test-suite`. */
export function jsonSuite(directory: string): Suite {
  const root = `${directory}/json-test-suite/test_parsing`;
  const names = [...Deno.readDirSync(root)].map((entry) => entry.name).sort();
  const bytes = (name: string) => Deno.readFileSync(`${root}/${name}`);
  return {
    format: "json",
    name: "JSONTestSuite",
    mayRefuse: 0.03,
    outOf: names.filter((name) => name.startsWith("y_")).length,
    undecodable: names.filter((name) => name.startsWith("n_") && decode(bytes(name)) === undefined)
      .length,
    documents: names.flatMap((name): SuiteDocument[] => {
      const invalid = name.startsWith("n_");
      const text = decode(bytes(name));
      if (text === undefined || !(invalid || name.startsWith("y_"))) return [];
      // A blank file counts as a new one, in every format: nothing of it is read.
      if (text.trim() === "") return [];
      return invalid || isContainer(text) ? [{ name, text, invalid }] : [];
    }),
    second: secondOpinion,
  };
}

/** What a strict parser reads once comments and trailing commas are out. */
export function secondOpinion(text: string): unknown {
  return JSON.parse(withoutComments(text.replace(/^\uFEFF/, ""))) as unknown;
}

/** JSON of JSONC: comments become blanks, trailing commas go. Written for tests, apart from the handler. */
export function withoutComments(text: string): string {
  const strings = /"(?:[^"\\]|\\.)*"/.source;
  const blank = text.replace(
    new RegExp(`${strings}|//[^\\n\\r]*|/\\*[^]*?\\*/`, "g"),
    (token) => token.startsWith('"') ? token : " ",
  );
  return blank.replace(
    new RegExp(`${strings}|,(?=\\s*[}\\]])`, "g"),
    (token) => token === "," ? "" : token,
  );
}

function isContainer(text: string): boolean {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null;
}
