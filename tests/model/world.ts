/** Mounts in memory on which a play happens, with what the rules remember of them. */
import assert from "node:assert/strict";
import { defaultFormats, type FormatHandler } from "../../formats/mod.ts";
import { rosterFrom, type VaultLocation } from "../../mod.ts";
import type { Report } from "../../ownership/report.ts";
import { plan, run } from "../../reconcile/run.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { Mounts } from "../../storage/mounts.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import { type Form, NAMES, patchesOf, rosterOf, type Stage, treeOf } from "./cast.ts";
import {
  assertAside,
  assertFile,
  assertMemory,
  assertSidecar,
  declinedIn,
  isToldAgain,
  notesIn,
  parsed,
  rowsOf,
  rowText,
  show,
} from "./checks.ts";
import type { Counts } from "./counts.ts";
import { Refused, Untold } from "./ends.ts";
import { isBlank, type Memory } from "./memory.ts";
import { Originals } from "./originals.ts";
import { type Note, type Outcome, outcomesOf, type Patch, type Situation } from "./rules.ts";
import { type Selected, selected } from "./selection.ts";
import {
  ADDRESSES,
  type Copying,
  type Loss,
  type RunStep,
  type Step,
  type UserAct,
} from "./steps.ts";
import { forged, GARBAGE, pick, Users } from "./users.ts";

const BASE = "/mounts";
const STATE = `${BASE}/.vault-config/state.json`;
const SIDECAR = ".terok-managed-config.json";

/** One play's mounts. */
export class World {
  /** What happened, for whoever has to understand a failure. */
  readonly story: string[] = [];
  readonly #stage: Stage;
  readonly #handler: FormatHandler;
  readonly #users: Users;
  readonly #counts: Counts;
  readonly #disk = new MemoryDisk(BASE);
  readonly #forms = new Map<string, Form>(NAMES.map((name) => [name, "full"]));
  readonly #copies: { readonly file: string; readonly text: string }[] = [];
  #memories: ReadonlyMap<string, Memory> = new Map();
  readonly #originals = new Originals();
  #died = false;

  constructor(stage: Stage, handler: FormatHandler, document: string | undefined, counts: Counts) {
    this.#stage = stage;
    this.#handler = handler;
    this.#users = new Users(stage, handler);
    this.#counts = counts;
    for (const file of this.#files()) this.#originals.write(file, undefined, false);
    this.#userWrites(stage.file, document);
  }

  /** Plays one step. */
  async step(step: Step): Promise<void> {
    if (step.does === "roster") this.#forms.set(step.name, step.form);
    else if (step.does === "run") await this.#run(step);
    // What is edited after a crash may fit both outcomes: `crashes.ts` looks into that.
    else if (this.#died) return;
    else if (step.does === "lose") this.#lose(step.what, step.choice);
    else if (step.does === "copy") this.#copy(step.what, step.choice);
    else await this.#act(step.what, step.choice);
  }

  #files(): string[] {
    const { file, second, other } = this.#stage;
    return [file, second, other];
  }

  #text(file: string): string | undefined {
    return this.#disk.read(`${BASE}/${file}`);
  }

  // Runs

  async #run({ apply, disable, at, dies = Infinity }: RunStep): Promise<void> {
    const address = ADDRESSES[at] ?? ADDRESSES[0]!;
    const selection = selected({ apply, disable }, address, {
      stage: this.#stage,
      forms: this.#forms,
      memories: this.#memories,
      textOf: (file) => this.#text(file),
    });
    const job = this.#job(selection, address);
    const before = this.#texts();
    const begun: Omit<Situation, "filled" | "takenUp"> = {
      ...selection,
      address,
      defaults: [ADDRESSES[0]!, ADDRESSES[1]!],
      texts: before,
      trees: new Map([...before].map(([file, text]) => [file, treeOf(this.#stage, text)])),
      memories: this.#memories,
      notes: this.#notes(),
      pending: Object.keys(parsed(this.#disk.read(STATE))?.pending?.files ?? {}),
      stated: new Set(Object.keys(parsed(this.#disk.read(STATE))?.files ?? {})),
      strangers: new Set(NAMES.filter((name) => !this.#isThere(name))),
      patches: new Map(
        [...this.#forms].map(([name, form]) => [name, patchesOf(this.#stage, name, form)]),
      ),
    };
    const changes = this.#disk.changes;
    const planned = await plan(job);
    assert.equal(this.#disk.changes, changes, "a plan changes nothing");
    const declined = declinedIn(planned);
    this.#disk.diesAt = declined.size > 0 ? Infinity : changes + dies;
    const { report } = await run(job, { lockTimeout: 0 }).catch((error) => {
      if (!this.#disk.isDead) throw error;
      return { report: planned };
    });
    this.#died = this.#disk.isDead;
    this.#disk.isDead = false;
    this.#disk.diesAt = Infinity;
    this.story.push(`  ${JSON.stringify(selection)}`);
    for (const file of this.#files()) this.story.push(`  ${file}: ${show(this.#text(file))}`);
    if (this.#died) {
      this.#counts.crashes++;
      const changed = this.#files().filter((file) => this.#text(file) !== before.get(file));
      const expected = this.#expected(begun, changed, before, (outcomes) => {
        assertAside(this.#disk.read(STATE), this.#memoriesAfter(outcomes, before), changed);
      });
      this.#remember([...expected].filter(([file]) => changed.includes(file)), before);
      return;
    }
    this.#counts.runs++;
    if (this.#disk.changes !== changes) this.#counts.writing++;

    this.#assertAsPlanned(planned, report, before);
    if (declined.size > 0) {
      // Of who was declined nothing is in the files; the others were served.
      const served = (name: string) => !declined.has(name);
      const others = {
        ...begun,
        apply: selection.apply.filter(served),
        disable: selection.disable.filter(served),
      };
      this.#expected(others, this.#files(), before, () => {});
      throw new Refused();
    }
    // Who has nothing of ours there any more is told so as long as a record is set aside.
    const tells = (row: string) => !/disable \w+ (?:kept|gone)$/.test(row);
    const expected = this.#expected(begun, this.#files(), before, (outcomes) => {
      assert.deepEqual(
        rowsOf(report).filter(tells).sort(),
        [...outcomes].flatMap(([file, { rows }]) =>
          rows.map(([row, ...places]) => rowText([`${file} ${row}`, ...places]))
        ).filter(tells).sort(),
        "the report says what was done",
      );
      const memories = this.#memoriesAfter(outcomes, before);
      const state = this.#disk.read(STATE);
      const play = { stage: this.#stage, handler: this.#handler };
      assertMemory(play, state, memories, outcomes.keys(), (file) => this.#text(file));
      assertAside(state, memories, this.#files());
    });
    this.#remember(expected, before);
    const ours =
      /\/(\.vault-config\/(lock|state\.json(\.new)?)|_[ab]\/\.terok-managed-config\.json)$/;
    const files = this.#disk.files().filter((path) => !ours.test(path));
    const wanted = this.#files().filter((file) => this.#text(file) !== undefined);
    assert.deepEqual(
      files.sort(),
      wanted.map((file) => `${BASE}/${file}`).sort(),
      "nothing else is left",
    );
    this.#assertSidecars(begun, expected.keys());
    for (const file of expected.keys()) {
      if (this.#isHeld(file)) continue;
      if (this.#originals.assert(file, this.#text(file))) this.#counts.originals++;
    }
    // Our edits may have led to just the text that was away: the next run takes it for that.
    const isAgain = ([file, { aside }]: readonly [string, Memory]) =>
      aside !== undefined && aside.written === this.#text(file);
    if ([...this.#memories].some(isAgain)) return;
    await this.#assertSteady(
      { ...selection, disable: selection.disable.filter(this.#isThere) },
      address,
    );
  }

  /**
   * What the rules say that must have become of these files. Where they leave open whether a text is
   * the one that was away, one of the answers must be what happened.
   */
  #expected(
    begun: Omit<Situation, "filled" | "takenUp">,
    files: readonly string[],
    before: ReadonlyMap<string, string>,
    more: (outcomes: ReadonlyMap<string, Outcome>) => void,
  ): ReadonlyMap<string, Outcome> {
    const filled = new Set(this.#files().filter((file) => !isBlank(this.#text(file))));
    const open = this.#files().filter((file) => this.#memories.get(file)?.aside !== undefined);
    const answers = open.reduce<string[][]>(
      (all, file) => all.flatMap((one) => [one, [...one, file]]),
      [[]],
    );
    let failure: unknown;
    for (const takenUp of answers) {
      const outcomes = outcomesOf({ ...begun, filled, takenUp: new Set(takenUp) });
      try {
        if ([...outcomes.values()].some((one) => one.isUntold)) throw new Untold();
        for (const file of files) {
          assertFile(this.#stage, file, {
            before: before.get(file),
            after: this.#text(file),
            expected: outcomes.get(file),
          });
        }
        more(outcomes);
        return outcomes;
      } catch (error) {
        failure = failure === undefined || error instanceof Untold ? error : failure;
      }
    }
    throw failure;
  }

  #texts(): ReadonlyMap<string, string> {
    return new Map(
      this.#files().flatMap((file) => {
        const text = this.#text(file);
        return text === undefined ? [] : [[file, text]];
      }),
    );
  }

  #memoriesAfter(
    outcomes: Iterable<readonly [string, Outcome]>,
    before: ReadonlyMap<string, string>,
  ): ReadonlyMap<string, Memory> {
    const memories = new Map(this.#memories);
    for (const [file, { memory }] of outcomes) {
      const text = this.#text(file);
      const isWritten = memory.written === undefined || text !== before.get(file);
      if (memory.held.size === 0 && memory.aside === undefined) memories.delete(file);
      else memories.set(file, isWritten ? { ...memory, written: text } : memory);
    }
    return memories;
  }

  #remember(
    outcomes: Iterable<readonly [string, Outcome]>,
    before: ReadonlyMap<string, string>,
  ): void {
    const all = [...outcomes];
    this.#memories = this.#memoriesAfter(all, before);
    for (const [file, outcome] of all) {
      if (outcome.turn === "taken up") this.#counts.back++;
      this.#originals.follow(file, outcome, {
        ...{ before: before.get(file), after: this.#text(file), isHeld: this.#isHeld(file) },
      });
    }
  }

  #isHeld(file: string): boolean {
    return (this.#memories.get(file)?.held.size ?? 0) > 0;
  }

  readonly #isThere = (name: string) => (this.#forms.get(name) ?? "gone") !== "gone";

  #job(selection: Selected, location: VaultLocation): Job {
    return {
      mounts: new Mounts(BASE, { fileSystem: this.#disk.system }),
      roster: rosterFrom(rosterOf(this.#stage, this.#forms)),
      location,
      formats: defaultFormats,
      providers: selection.apply,
      disabledProviders: selection.disable,
    };
  }

  #assertAsPlanned(
    planned: Report,
    report: Report,
    before: ReadonlyMap<string, string>,
  ): void {
    const rows = ({ providers }: Report) => providers.map((row) => ({ ...row, error: undefined }));
    assert.deepEqual(rows(report), rows(planned), "a run does what was planned");
    assert.deepEqual(report.files, planned.files, "a run writes what was planned");
    for (const file of this.#files()) {
      const change = planned.files.find((one) => one.file === file);
      assert.equal(this.#text(file), change ? change.after : before.get(file), "as planned");
    }
  }

  #assertSidecars(
    { apply, disable, memories, patches }: Pick<
      Situation,
      "apply" | "disable" | "memories" | "patches"
    >,
    files: Iterable<string>,
  ): void {
    const notes = this.#notes();
    const isIn = (file: string, own: readonly Patch[] = []) => own.some((one) => one.file === file);
    const owners = (memory: Memory | undefined) =>
      [...memory?.held.values() ?? []].flatMap((claim) => claim.owners);
    for (const file of files) {
      const memory = this.#memories.get(file);
      // What is set aside is no record for other programs.
      if (isBlank(this.#text(file)) || memory?.aside !== undefined) continue;
      const here = [...disable, ...apply.filter((name) => isIn(file, patches.get(name)))];
      const ours = new Set([...here, ...owners(memories.get(file)), ...owners(memory)]);
      const own = (notes.get(file) ?? []).filter(({ provider }) => ours.has(provider));
      assertSidecar(file, own, memory, treeOf(this.#stage, this.#text(file) ?? ""));
    }
  }

  async #assertSteady(selection: Selected, address: VaultLocation): Promise<void> {
    const changes = this.#disk.changes;
    const { report } = await run(this.#job(selection, address), { lockTimeout: 0 });
    assert.equal(this.#disk.changes, changes, "a second run changes nothing");
    const rows = rowsOf(report).filter((row) => !isToldAgain(row, (file) => this.#text(file)));
    assert.deepEqual(rows, [], "a second run has nothing to do");
  }

  /** What the sidecars say, read by themselves. */
  #notes(): ReadonlyMap<string, readonly Note[]> {
    return new Map(
      this.#files().map((file) => {
        const sidecar = this.#disk.read(`${BASE}/${dirOf(file)}/${SIDECAR}`);
        return [file, notesIn(this.#stage, sidecar, nameOf(file))];
      }),
    );
  }

  // What users and containers do

  #userWrites(file: string, text: string | undefined): void {
    this.#disk.write(`${BASE}/${file}`, text);
    this.story.push(`  ${file}: ${show(text)}`);
    this.#originals.write(file, text, this.#isHeld(file));
  }

  async #act(what: UserAct, choice: number): Promise<void> {
    const files = this.#files().filter((file) => this.#text(file) !== undefined);
    const file = files[choice % Math.max(1, files.length)] ?? this.#stage.file;
    const text = this.#text(file);
    const after = await this.#users.edited(what, choice, text);
    if (after === text) return;
    this.#counts.acts++;
    this.#userWrites(file, after);
  }

  #copy(what: Copying, choice: number): void {
    if (what === "put back") {
      if (this.#copies.length === 0) return;
      // Mostly the last one.
      const copy = choice % 3 === 0 ? pick(this.#copies, choice) : this.#copies.at(-1)!;
      if (this.#text(copy.file) === copy.text) return;
      this.#counts.copies++;
      this.#userWrites(copy.file, copy.text);
      return;
    }
    const files = this.#files().filter((file) => !isBlank(this.#text(file)));
    const file = files[choice % Math.max(1, files.length)];
    if (file === undefined) return;
    this.#copies.push({ file, text: this.#text(file) ?? "" });
    if (what === "move away") this.#userWrites(file, undefined);
    if (what === "empty") this.#userWrites(file, pick(["", "\n", " \n\n", "\r\n"], choice));
  }

  #lose(what: Loss, choice: number): void {
    const file = pick(this.#files(), choice);
    const path = `${BASE}/${dirOf(file)}/${SIDECAR}`;
    if (what === "state") {
      this.#disk.write(STATE, undefined);
      this.#originals.lose([...this.#memories.keys()].filter((file) => this.#isHeld(file)));
      this.#memories = new Map();
    } else if (what === "sidecar") this.#disk.write(path, undefined);
    else if (what === "garbage") this.#disk.write(path, pick(GARBAGE, choice));
    else {
      const sidecar = parsed(this.#disk.read(path));
      const known = { name: nameOf(file), text: this.#text(file), sidecar };
      this.#disk.write(path, forged(this.#stage, known, choice));
    }
  }
}

function dirOf(file: string): string {
  return file.replace(/\/.*/, "");
}

function nameOf(file: string): string {
  return file.slice(dirOf(file).length + 1);
}
