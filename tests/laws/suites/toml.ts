/** Reads toml-test: valid documents of the TOML 1.0.0 list, invalid ones of the 1.1.0 list. */
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { decode, type Suite, type SuiteDocument } from "./suite.ts";

/** The suite below a directory that holds `toml-test`. */
export function tomlSuite(directory: string): Suite {
  const root = `${directory}/toml-test`;
  const list = (version: string, kind: string) =>
    Deno.readTextFileSync(`${root}/files-toml-${version}`).split("\n")
      .filter((name) => name.startsWith(`${kind}/`) && name.endsWith(".toml"));
  const read = (invalid: boolean) => (name: string): SuiteDocument[] => {
    const text = decode(Deno.readFileSync(`${root}/${name}`));
    return text === undefined ? [] : [{ name, text, invalid }];
  };
  const invalid = list("1.1.0", "invalid");
  return {
    format: "toml",
    name: "toml-test",
    mayRefuse: 0.01,
    documents: [
      ...list("1.0.0", "valid").flatMap(read(false)),
      ...invalid.flatMap(read(true)),
    ],
    undecodable: invalid.filter((name) => read(true)(name).length === 0).length,
    second: secondOpinion,
  };
}

/** What `toml-eslint-parser` reads: the handler's values come from `smol-toml`. */
export function secondOpinion(text: string): unknown {
  return getStaticTOMLValue(parseTOML(text.replace(/^\uFEFF/, "")));
}
