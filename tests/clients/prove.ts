/** The proof for one client and one kind of login: what holds, and what was seen where it does not. */
import { SAID } from "./answers.ts";
import type { Installed } from "./install.ts";
import { type Bypass, type Login, type Program, RELAY } from "./program.ts";
import { Scene } from "./scene.ts";
import type { Doors } from "./vault.ts";
import type { Seen } from "./world.ts";

/** One cell: it holds, or why not; `undefined` if there is nothing to show. */
export type Cell = { readonly holds: true } | { readonly holds: false; readonly why: string };

/** One row of the table. */
export interface Row {
  readonly client: string;
  readonly version: string;
  readonly login: string;
  /** The day on which it was seen. */
  readonly date: string;
  readonly cells: Readonly<Record<Column, Cell | undefined>>;
  /** The names that the client asked for although it was routed. */
  readonly besides: readonly string[];
}

/** What is proven, in the order of the table. */
export const COLUMNS = [
  "empty host dir",
  "user's config",
  "bypass refused",
  "undo exact",
  "after the client ran",
] as const;
export type Column = typeof COLUMNS[number];

/** The addresses that must be gone after `disable`. */
const VAULT = /localhost:94(19|20)|\/run\/terok\//;

/** How long one run of a client may take. */
const SECONDS = 120;

const OWN = new RegExp(`(^|\\.)${RELAY.replace(".", "\\.")}$`);

/** Proves one login of a client that is installed. */
export async function prove(
  program: Program,
  login: Login,
  installed: Installed,
  doors: Doors,
): Promise<Row> {
  const scene = (files: Login["users"]) => Scene.with(program, login, files);
  const besides = new Set<string>();
  const run = async (on: Scene): Promise<Seen> => {
    // Time enough to print the answer and to rewrite its files, on a machine that is busy too.
    const limit = { seconds: SECONDS, enough: login.asks.source, grace: 40 };
    const seen = await on.runClient(installed, doors, limit);
    seen.names.forEach((name) => besides.add(name));
    return seen;
  };

  /** The client went to the user's own address, or where the bypass leads, not to the vault. */
  const past = async (on: Scene, { goes, args }: Partial<Bypass> = {}): Promise<Problem> => {
    const there = goes ?? login.own ?? OWN;
    const limit = {
      seconds: SECONDS,
      enough: `${login.asks.source}|${there.source}`,
      grace: 2,
    };
    const seen = await on.runClient(installed, doors, limit, args);
    if (linesOf(seen).some((line) => login.asks.test(line))) return "the client asked the vault";
    if (seen.names.some((name) => there.test(name))) return undefined;
    return `the client asked for ${seen.names.join(", ") || "nobody"}, not for ${there.source}`;
  };

  /** With what is left of a host dir that was empty, the client goes to its service again. */
  const home = async (on: Scene): Promise<Problem> => {
    const { service } = login;
    return service === undefined || login.needsConfig
      ? undefined
      : await past(on, { goes: service });
  };

  const undo = [await undone(await scene({})), await undone(await scene(login.users))];

  const empty = await scene({});
  const onEmpty = await apply(empty) ?? routed(await run(empty), login);
  const afterEmpty = await afterClient(empty) ?? await home(empty);
  await empty.end();

  const users = await scene(login.users);
  const onUsers = await apply(users) ?? routed(await run(users), login);
  const afterUsers = await afterClient(users) ??
    await past(users);
  await users.end();

  const bypasses: Problem[] = [];
  for (const bypass of login.bypasses ?? []) {
    const bypassed = await scene({ ...login.users, ...bypass.files });
    for (const problem of [await refused(bypassed), await past(bypassed, bypass)]) {
      bypasses.push(problem && `${bypass.name}: ${problem}`);
    }
    await bypassed.end();
  }

  return {
    client: program.name,
    version: installed.version,
    login: login.name,
    date: new Date().toISOString().slice(0, 10),
    cells: {
      "empty host dir": cell(onEmpty),
      "user's config": cell(onUsers),
      "bypass refused": bypasses.length === 0 ? undefined : cell(...bypasses),
      "undo exact": cell(...undo),
      "after the client ran": cell(afterEmpty, afterUsers),
    },
    besides: [...besides].sort(),
  };
}

/** Why something does not hold. */
type Problem = string | undefined;

function cell(...problems: readonly Problem[]): Cell {
  const why = problems.filter((problem) => problem !== undefined).join("; ");
  return why === "" ? { holds: true } : { holds: false, why };
}

async function apply(scene: Scene): Promise<Problem> {
  const { exit, json } = await scene.vaultConfig("apply");
  return exit === 0 ? undefined : `apply: ${problemOf(json)}`;
}

/** The client asked the vault, took its answer for one, and nobody else was to be asked. */
function routed(seen: Seen, login: Login): Problem {
  const elsewhere = seen.names.filter((name) => OWN.test(name) || login.service?.test(name));
  if (elsewhere.length > 0) return `asked for ${elsewhere.join(", ")}`;
  const lines = linesOf(seen);
  if (!lines.some((line) => login.asks.test(line))) {
    return `asked the vault for ${lines.join(", ") || "nothing"}`;
  }
  return login.saysNothing || seen.output.includes(SAID)
    ? undefined
    : `it did not take the vault's answer: ${seen.output.slice(-200)}`;
}

function linesOf({ requests }: Seen): string[] {
  return requests.map(({ door, line }) => `${door} ${line}`);
}

/** Apply and disable end in the bytes that there were. */
async function undone(scene: Scene): Promise<Problem> {
  const before = scene.files();
  const problem = await apply(scene);
  const { exit, json } = await scene.vaultConfig("disable");
  const after = scene.files();
  await scene.end();
  if (problem !== undefined) return problem;
  if (exit !== 0) return `disable: ${problemOf(json)}`;
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...paths].filter((path) => before[path] !== after[path]);
  return differing.length === 0 ? undefined : `${differing.join(", ")} differs`;
}

/** The client's own writes have not unrouted it, and taking back still takes back all. */
async function afterClient(scene: Scene): Promise<Problem> {
  const verify = await scene.vaultConfig("verify");
  const again = await scene.vaultConfig("apply");
  const disable = await scene.vaultConfig("disable");
  if (verify.exit !== 0) return `verify ${verify.exit}: ${problemOf(verify.json)}`;
  if (again.exit !== 0) return `apply: ${problemOf(again.json)}`;
  if (disable.exit !== 0) return `disable: ${problemOf(disable.json)}`;
  const left = Object.entries(scene.files())
    .filter(([path, text]) => isConfig(path) && VAULT.test(text));
  return left.length === 0 ? undefined : `${left.map(([path]) => path)} still names the vault`;
}

/** Logs and histories of a client may say where it has been. */
function isConfig(path: string): boolean {
  return /(^|\/)[^/]+\.(json|jsonc|toml|ya?ml)$|\.env$/.test(path) &&
    !/log|session|cache/i.test(path);
}

/** Apply refuses, says so by code, and writes nothing; told to accept, it goes on. */
async function refused(scene: Scene): Promise<Problem> {
  const before = JSON.stringify(scene.files());
  const first = await scene.vaultConfig("apply");
  if (first.exit === 0) return "apply calls it routed";
  if (!first.json.includes('"bypassed"')) return problemOf(first.json);
  if (JSON.stringify(scene.files()) !== before) return "apply has written";
  const second = await scene.vaultConfig("apply", "--accept-bypass", scene.provider);
  return second.exit === 0 ? undefined : `accepted, it fails: ${problemOf(second.json)}`;
}

/** The message of a `--json` document's error. */
function problemOf(json: string): string {
  const message = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(json)?.[1];
  return message ?? "not as expected";
}
