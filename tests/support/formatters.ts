/** Formatters that people run over their configs: what they make of a text, by format. */
import taplo from "@taplo/lib";
import * as prettier from "prettier";
import { parseDocument, type ToStringOptions } from "yaml";

/** A formatter of one format. */
export interface Formatter {
  /** Its name, with the options that matter. */
  readonly name: string;
  /** The format that it reads and writes. */
  readonly format: string;
  /** What it makes of a text. */
  rewrite(text: string): Promise<string>;
}

/** All of them; what is not to be had from the npm registry (yamlfmt) is not tried. */
export async function formatters(): Promise<readonly Formatter[]> {
  const { Taplo } = taplo as unknown as { Taplo: TaploClass };
  const toml = await Taplo.initialize();
  const withPrettier = (name: string, format: string, options: prettier.Options): Formatter => ({
    name,
    format,
    rewrite: (text) => prettier.format(text, options),
  });
  const withTaplo = (name: string, options: Readonly<Record<string, unknown>>): Formatter => ({
    name,
    format: "toml",
    rewrite: (text) => Promise.resolve(toml.format(text, { options })),
  });
  const withYaml = (name: string, options: ToStringOptions): Formatter => ({
    name,
    format: "yaml",
    rewrite: (text) => Promise.resolve(parseDocument(text).toString(options)),
  });
  return [
    withYaml("printed anew", {}),
    withYaml("printed anew, lists at their key's column", {
      indentSeq: false,
      indent: 4,
      lineWidth: 0,
    }),
    withTaplo("taplo", {}),
    withTaplo("taplo, aligned and indented", {
      alignEntries: true,
      indentTables: true,
      indentEntries: true,
      arrayTrailingComma: false,
    }),
    withTaplo("taplo, on one line", { arrayAutoExpand: false, compactInlineTables: true }),
    withPrettier("prettier", "yaml", { parser: "yaml" }),
    withPrettier("prettier, four blanks", "yaml", {
      parser: "yaml",
      tabWidth: 4,
      singleQuote: true,
    }),
    withPrettier("prettier", "json", { parser: "jsonc" }),
    withPrettier("prettier, tabs", "json", { parser: "json", useTabs: true }),
    withPrettier("prettier, wide", "json", {
      parser: "json5",
      quoteProps: "preserve",
      singleQuote: false,
      printWidth: 200,
    }),
  ];
}

/** What is used of the library, whose types do not say how it is loaded here. */
interface TaploClass {
  initialize(): Promise<{ format(text: string, more: { options: unknown }): string }>;
}
