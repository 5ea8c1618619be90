/** The table of what holds, as text and as a page. */
import { type Cell, COLUMNS, type Row } from "./prove.ts";

/** The rows as a Markdown table, and below it whatever does not hold. */
export function table(rows: readonly Row[]): string {
  const head = ["client", "version", "login", ...COLUMNS, "seen on"];
  const lines = rows.map((row) => [
    row.client,
    row.version,
    row.login,
    ...COLUMNS.map((column) => mark(row.cells[column])),
    row.date,
  ]);
  return [...aligned([head, ...lines]), ...problems(rows)].join("\n");
}

/** What holds of one row, in one line. */
export function line(row: Row): string {
  return COLUMNS.map((column) => {
    const cell = row.cells[column];
    return `${column}: ${cell?.holds === false ? cell.why : cell === undefined ? "–" : "yes"}`;
  }).join(" · ");
}

/**
 * The page that keeps the last table.
 *
 * @param notRun Why, by the name of the agent.
 */
export function page(rows: readonly Row[], notRun: Readonly<Record<string, string>>): string {
  const besides = rows.filter((row) => row.besides.length > 0).map(({ client, login, besides }) =>
    `- ${client} (${login}): ${besides.map(nameText).join(", ")}`
  );
  const documented = Object.entries(notRun).map(([name, why]) => `- ${name}: ${why}.`);
  return `# Clients

What real programs did. Each was installed, and run in a world with nothing but loopback, a stand-in
vault, and a name server that logs every name asked for. \`deno task clients\` runs them all,
\`deno task clients NAME\` one of them; with \`--write\` this page is made of what was seen last. No line
of it is written by hand.

- **empty host dir**: after \`apply\` on a host dir that holds nothing but the login, the client's
  request reached the vault, it printed the vault's answer, and it asked for no name of its service.
  (The stand-in vault cannot answer amp: of it, the request alone was seen.)
- **user's config**: the same, where the user's own config sends everything elsewhere.
- **bypass refused**: where a config sends the client past what we write, \`apply\` says \`bypassed\`,
  exits 1 and writes nothing; with \`--accept-bypass\` it exits 0, and the client was seen to go past.
  Which configs were tried stands in \`tests/clients/programs/\`; – means that none was.
- **undo exact**: \`apply\` and \`disable\` end in the same bytes, on both host dirs.
- **after the client ran**, and rewrote its files: \`verify\` exits 0, \`apply\` succeeds, \`disable\`
  leaves no address of the vault, and the client goes where it went without us.

${table(rows)}

## Known from documentation only

The programs of these agents cannot be had where the table is made: npm and Debian are all that it
needs. Their agent files say \`proven: documentation only\`.

${documented.join("\n")}

## Names asked for besides

A routed client may still ask its maker for news, models or telemetry. These names were asked for
while the requests above went to the vault; block them if they must not be reached.

${besides.join("\n")}
`;
}

/** The registry of npm has its word in place of its name, as mirrors have other names. */
function nameText(name: string): string {
  return /^registry\.npm/.test(name) ? "the registry of npm" : `\`${name}\``;
}

function mark(cell: Cell | undefined): string {
  if (cell === undefined) return "–";
  return cell.holds ? "yes" : "**no**";
}

function problems(rows: readonly Row[]): string[] {
  const lines = rows.flatMap((row) =>
    COLUMNS.flatMap((column) => {
      const cell = row.cells[column];
      return cell?.holds === false
        ? [`- ${row.client} (${row.login}), ${column}: ${cell.why}`]
        : [];
    })
  );
  return lines.length === 0 ? [] : ["", ...lines];
}

/** A Markdown table in the form that `deno fmt` gives it. */
function aligned([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, i) =>
    Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
