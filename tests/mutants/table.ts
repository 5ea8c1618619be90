/** The table of mutants in `tests/README.md`, made from the data so that it cannot lie. */
import type { MutantList } from "./all.ts";

const BEGIN = "<!-- mutants: written by `deno task mutants --write` -->";
const END = "<!-- end of mutants -->";

/** The document with its table replaced by that of these mutants. */
export function withTable(document: string, lists: readonly MutantList[]): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END, from);
  if (from === -1 || to === -1) throw new Error(`no lines "${BEGIN}" and "${END}"`);
  const sections = lists.map(({ kind, mutants }) => {
    const rows = mutants.map(({ name, file, of, caughtBy, run }) => [
      name,
      `\`${of}\` in \`${file}\``,
      caughtBy,
      `\`${run.find((argument) => argument.endsWith(".ts")) ?? ""}\``,
    ]);
    return `### ${kind}\n\n${table([["rule broken", "where", "caught by", "of"], ...rows])}\n`;
  });
  return `${document.slice(0, from)}${BEGIN}\n\n${sections.join("\n")}\n${document.slice(to)}`;
}

/** A Markdown table as the formatter lays it out: columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0))
  );
  const [head, ...body] = cells.map((row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}
