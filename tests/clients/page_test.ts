/**
 * The page of clients holds what the agent files say of themselves, and the other way round. The page
 * itself is made by running real programs, which no test does. @module
 */
import assert from "node:assert/strict";
import { builtInAgents } from "../../roster/built_in.ts";
import { catalogAgents } from "../../roster/catalog.ts";
import { NOT_RUN } from "./not_run.ts";
import type { Program } from "./program.ts";
import { programs } from "./programs/all.ts";
import { COLUMNS, type Row } from "./prove.ts";
import { page } from "./table.ts";

const DOCUMENTED = "documentation only";
const RUN = "run at ";

Deno.test("docs/clients.md shows every agent as run in its version, or as documented", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/clients.md", import.meta.url));
  assert.deepEqual(
    disagreements(text, { ...builtInAgents, ...await catalogAgents() }, programs),
    [],
  );
});

const agents = { one: { proven: "run at 1.2.0" }, two: { proven: DOCUMENTED } };
const clients = [{ name: "one", logins: [{ name: "key" }, { name: "account" }] }];
const row = (client: string, version: string, login: string): Row => ({
  client,
  version,
  login,
  date: "2026-11-26",
  cells: {
    "empty host dir": { holds: true },
    "user's config": { holds: true },
    "bypass refused": undefined,
    "undo exact": { holds: true },
    "after the client ran": { holds: true },
  },
  besides: ["news.example"],
});
const rows = [row("one", "1.2.0", "key"), row("one", "1.2.0", "account")];
const why = { two: "nobody has it" };

Deno.test("a page that says what the agent files say agrees with them", () => {
  assert.deepEqual(disagreements(page(rows, why), agents, clients), []);
});

Deno.test("a page that says something else is found out", () => {
  const failed = { ...row("one", "1.2.0", "account").cells, "undo exact": no("x differs") };
  const wrong: [readonly Row[], Readonly<Record<string, string>>, typeof agents, RegExp][] = [
    [rows.slice(0, 1), why, agents, /^one: the page has the logins key, not key, account$/],
    [[], why, agents, /^one: it says run at 1\.2\.0, and the page has no row$/],
    [[rows[0]!, row("one", "1.3.0", "account")], why, agents, /^one: .* the page says 1\.3\.0$/],
    [
      [rows[0]!, { ...rows[1]!, cells: failed }],
      why,
      agents,
      /^one \(account\): it does not hold$/,
    ],
    [rows, {}, agents, /^two: .* the page does not list it$/],
    [[...rows, row("two", "1.0.0", "key")], why, agents, /^two: .* the page has rows$/],
    [[...rows, row("three", "1.0.0", "key")], why, agents, /^three: there is no such agent$/],
    [rows, { ...why, three: "lost" }, agents, /^three: there is no such agent$/],
    [rows, { ...why, one: "lost" }, agents, /^one: .* the page lists it as documented$/],
    [rows, why, { ...agents, one: { proven: "trust me" } }, /^one: its proven says neither/],
  ];
  for (const [shown, notRun, said, expected] of wrong) {
    const found = disagreements(page(shown, notRun), said, clients);
    assert.ok(found.some((one) => expected.test(one)), `${expected}: ${found.join("; ")}`);
  }
});

Deno.test("whoever is not run has a reason, and whoever has a reason is not run", async () => {
  const all = Object.entries({ ...builtInAgents, ...await catalogAgents() });
  const documented = all.filter(([, { proven }]) => proven === DOCUMENTED).map(([name]) => name);
  assert.deepEqual(Object.keys(NOT_RUN), documented.sort());
  const run = all.filter(([, { proven }]) => proven !== DOCUMENTED).map(([name]) => name);
  assert.deepEqual(programs.map(({ name }) => name).sort(), run.sort());
});

function no(text: string): { holds: false; why: string } {
  return { holds: false, why: text };
}

/** In what a page and the agent files disagree. */
function disagreements(
  text: string,
  agents: Readonly<Record<string, { readonly proven?: string | null | undefined }>>,
  clients: readonly {
    readonly name: string;
    readonly logins: readonly Pick<Program["logins"][number], "name">[];
  }[],
): string[] {
  const shown = rowsOf(text);
  const listed = [...sectionOf(text, "Known from documentation only").matchAll(/^- ([^:]+): /gm)]
    .map(([, name = ""]) => name);
  const found = [...new Set([...shown.map(({ client }) => client), ...listed])]
    .filter((name) => !Object.hasOwn(agents, name))
    .map((name) => `${name}: there is no such agent`);
  for (const { client, login, holds } of shown) {
    if (!holds) found.push(`${client} (${login}): it does not hold`);
  }
  for (const [name, { proven }] of Object.entries(agents)) {
    const own = shown.filter(({ client }) => client === name);
    const say = (what: string) => found.push(`${name}: it says ${proven}, and the page ${what}`);
    if (proven === DOCUMENTED) {
      if (own.length > 0) found.push(`${name}: it says ${proven}, but the page has rows`);
      if (!listed.includes(name)) {
        found.push(`${name}: it says ${proven}; the page does not list it`);
      }
    } else if (!proven?.startsWith(RUN)) {
      found.push(`${name}: its proven says neither ${RUN}… nor ${DOCUMENTED}`);
    } else {
      if (own.length === 0) say("has no row");
      for (const version of new Set(own.map(({ version }) => version))) {
        if (RUN + version !== proven) {
          found.push(`${name}: it says ${proven}, the page says ${version}`);
        }
      }
      if (listed.includes(name)) found.push(`${name}: it was run; the page lists it as documented`);
    }
  }
  for (const { name, logins } of clients) {
    const has = shown.filter(({ client }) => client === name).map(({ login }) => login).join(", ");
    const wants = logins.map((login) => login.name).join(", ");
    if (has !== wants) found.push(`${name}: the page has the logins ${has}, not ${wants}`);
  }
  return found;
}

/** The rows of a page's table. */
function rowsOf(text: string) {
  const [, , ...lines] = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.map((line) => {
    const [client = "", version = "", login = "", ...cells] = line.split("|").slice(1, -1)
      .map((cell) => cell.trim());
    const holds = cells.slice(0, COLUMNS.length).every((cell) => cell === "yes" || cell === "–");
    return { client, version, login, holds };
  });
}

function sectionOf(text: string, heading: string): string {
  return text.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
}
