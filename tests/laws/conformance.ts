/**
 * The laws over the official suites: `deno task conformance --suites DIR`.
 *
 * `DIR` holds `toml-test`, `yaml-test-suite` and `json-test-suite` as their projects publish them.
 * Every valid document, in four variants, gets every edit that it invites; every invalid one has to
 * be refused. The exit code is 1 if a law is broken, an invalid document accepted, or more valid
 * documents refused than the design allows. There is no list of exceptions.
 */
import { parseArgs } from "node:util";
import { ConfigPatchError } from "../../errors.ts";
import { applySplice, type ConfigDocument, defaultFormats, pathText } from "../../formats/mod.ts";
import type { FormatHandler } from "../../formats/mod.ts";
import { EDIT_LAWS, refusal } from "../../testing/edit_laws.ts";
import { editsOf, variantsOf } from "../../testing/edits.ts";
import { declines, LawBreach, type Trial } from "../../testing/law.ts";
import { manner } from "./manner.ts";
import { jsonSuite } from "./suites/json.ts";
import { agrees } from "./suites/second.ts";
import type { Suite, SuiteDocument } from "./suites/suite.ts";
import { tomlSuite } from "./suites/toml.ts";
import { yamlSuite } from "./suites/yaml.ts";

/** What was found in one suite. */
class Tally {
  valid = 0;
  invalid = 0;
  texts = 0;
  edits = 0;
  checkedTwice = 0;
  readonly broken: string[] = [];
  readonly accepted: string[] = [];
  /** Valid documents that take no key at all, with the reason. */
  readonly refusedDocuments: Map<string, string> = new Map();
  /** The documents of declined edits by reason, one mention for each edit. */
  readonly declined: Map<string, string[]> = new Map();

  decline(name: string, reason: string): void {
    const names = this.declined.get(reason) ?? [];
    names.push(name);
    this.declined.set(reason, names);
  }
}

function runSuite(handler: FormatHandler, suite: Suite): Tally {
  const tally = new Tally();
  for (const document of suite.documents) {
    if (document.invalid) runInvalid(handler, document, tally);
    else runValid(handler, suite, document, tally);
  }
  return tally;
}

function runInvalid(handler: FormatHandler, { name, text }: SuiteDocument, tally: Tally): void {
  tally.invalid++;
  try {
    handler.parse(text, { strict: true });
    tally.accepted.push(`${name}: ${JSON.stringify(text.slice(0, 200))}`);
  } catch (error) {
    if (!(error instanceof ConfigPatchError)) throw error;
  }
  // An empty file is a blank one, whatever the format says.
  if (text !== "") watch(tally, name, () => refusal(handler, text, true));
}

function runValid(
  handler: FormatHandler,
  suite: Suite,
  { name, text }: SuiteDocument,
  tally: Tally,
): void {
  tally.valid++;
  for (const variant of variantsOf(text)) {
    const where = `${name} (${variant.name})`;
    let document: ConfigDocument;
    try {
      document = handler.parse(variant.text);
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      tally.refusedDocuments.set(where, reasonOf(error));
      continue;
    }
    tally.texts++;
    for (const edit of editsOf(document.value)) {
      tally.edits++;
      const trial: Trial = { handler, text: variant.text, edit };
      watch(tally, `${where}, ${pathText(edit.path)}`, () => {
        const error = declines(trial);
        if (error === undefined) return runEdit(suite, document, trial, tally);
        tally.decline(name, reasonOf(error));
        if (edit.path[0] === "zz_top") {
          tally.refusedDocuments.set(where, reasonOf(error));
        }
      });
    }
  }
}

function runEdit(suite: Suite, document: ConfigDocument, trial: Trial, tally: Tally): void {
  for (const law of Object.values(EDIT_LAWS)) law(trial);
  const { edit } = trial;
  const put = document.put(edit.path, edit.value);
  manner(document.text, put);
  if (suite.second === undefined) return;
  const after = applySplice(document.text, put);
  const agreed = agrees(suite.second, document.text, after, edit, document.value);
  if (agreed === undefined) return;
  tally.checkedTwice++;
  if (agreed) return;
  throw new LawBreach("PutGet", "the second reader sees something else", {
    before: document.text,
    after,
  });
}

function watch(tally: Tally, where: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    // Every breach counts, and so does anything else that a handler throws.
    tally.broken.push(`${where}\n${error instanceof LawBreach ? error.message : inspect(error)}`);
  }
}

function inspect(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

function reasonOf({ code, message }: ConfigPatchError): string {
  return `${code}: ${message.replace(/(stands at|of key) .*/, "$1 …").replace(/"[^"]*"/g, "…")}`;
}

/** Prints a suite's outcome; says whether it is as it must be. */
function report(suite: Suite, tally: Tally, seconds: number): boolean {
  const { broken, accepted, refusedDocuments, declined } = tally;
  const share = new Set([...refusedDocuments.keys()].map((key) => key.split(" (")[0])).size /
    (suite.outOf ?? tally.valid);
  const declinedEdits = [...declined.values()].flat();
  const row = (name: string, value: string | number) =>
    console.log(`  ${name.padEnd(28)}${String(value).padStart(8)}`);
  console.log(`${suite.name}, ${seconds.toFixed(0)} s`);
  row("valid documents", tally.valid);
  row("texts (with variants)", tally.texts);
  row("edits", tally.edits);
  row("read by a second library", tally.checkedTwice);
  row("edits declined", declinedEdits.length);
  row("  in documents", new Set(declinedEdits).size);
  row("texts refused", refusedDocuments.size);
  row("  share of the documents", percent(share));
  row("  at most", percent(suite.mayRefuse));
  row("invalid documents", tally.invalid);
  row("  accepted", accepted.length);
  row("  more, not UTF-8", suite.undecodable);
  row("broken", broken.length);
  for (const [where, reason] of refusedDocuments) console.log(`  refused ${where}: ${reason}`);
  for (const [reason, names] of [...declined].sort((a, b) => b[1].length - a[1].length)) {
    const documents = [...new Set(names)].join(", ");
    console.log(`  declined ${names.length} × ${reason}, in ${documents}`);
  }
  for (const one of accepted) console.log(`  ACCEPTED ${one}`);
  for (const one of broken.slice(0, SHOWN)) console.log(`  BROKEN ${one}`);
  if (broken.length > SHOWN) console.log(`  … and ${broken.length - SHOWN} more`);
  console.log();
  return broken.length === 0 && accepted.length === 0 && share <= suite.mayRefuse;
}

const SHOWN = 20;

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      suites: { type: "string" },
      format: { type: "string" },
      "if-present": { type: "boolean", default: false },
    },
  });
  if (values.suites === undefined) {
    console.error("usage: deno task conformance --suites DIR [--format NAME] [--if-present]");
    return 64;
  }
  if (!await isDirectory(values.suites)) {
    console.error(`no suites: there is no directory ${values.suites}`);
    return values["if-present"] ? 0 : 1;
  }
  let good = true;
  for (const open of [tomlSuite, yamlSuite, jsonSuite]) {
    const suite = open(values.suites);
    if (values.format !== undefined && values.format !== suite.format) continue;
    const handler = await defaultFormats.load(suite.format);
    const start = performance.now();
    const tally = runSuite(handler, suite);
    good = report(suite, tally, (performance.now() - start) / 1000) && good;
  }
  console.log(good ? "0 broken" : "not as it must be");
  return good ? 0 : 1;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) Deno.exit(await main());
