/** Plays random steps on mounts in memory and compares each run with what the rules say. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigPatchError } from "../../errors.ts";
import { defaultFormats, type FormatHandler } from "../../formats/mod.ts";
import { resolveVaultLocation, rosterFrom, type VaultLocation } from "../../mod.ts";
import { plan, run } from "../../reconcile/run.ts";
import type { Report } from "../../ownership/report.ts";
import { NO_STATE, parseState, printState } from "../../reconcile/state.ts";
import type { Job } from "../../reconcile/tasks.ts";
import { type Claim, shownPath } from "../../ownership/claims.ts";
import { Mounts } from "../../storage/mounts.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import { type Form, NAMES, patchOf, pathOf, rosterOf, type Stage, treeOf } from "./cast.ts";
import {
  containersOf,
  type Memory,
  type Note,
  type Outcome,
  outcomesOf,
  type Situation,
} from "./rules.ts";

/** One step of a play. Numbers choose among what there is at that moment. */
export type Step =
  | {
    readonly does: "run";
    readonly apply: readonly string[];
    readonly disable: readonly string[];
    readonly at: number;
    /** At how many changes of the disk the process dies. */
    readonly dies?: number;
  }
  | { readonly does: "user"; readonly what: UserAct; readonly choice: number }
  | { readonly does: "lose"; readonly what: Loss; readonly choice: number }
  | { readonly does: "roster"; readonly name: string; readonly form: Form };

// That a file goes away or empties is tried by the law Absent, which knows what is set aside.
/** A claim, as the rules and the state have it. */
interface Remembered {
  readonly place: string;
  readonly value: string;
  readonly owners: readonly string[];
  readonly overrode: boolean;
}

const USER_ACTS = [
  "add",
  "change",
  "drop",
  "drop all",
  "comment",
  "comment behind",
  "reformat",
  "respell",
  "blank",
  "rewrite",
] as const;
type UserAct = typeof USER_ACTS[number];

const LOSSES = ["state", "sidecar", "garbage", "forgery"] as const;
type Loss = typeof LOSSES[number];

/** What was played. */
export interface Counts {
  plays: number;
  runs: number;
  /** Runs in which something was written. */
  writing: number;
  acts: number;
  /** Runs after which all was as before the first one, byte by byte. */
  originals: number;
  /** Runs that died on the way. */
  crashes: number;
  /** Plays that ended because an edit was refused: nothing is lost then. */
  stuck: number;
}

/** Fresh counts. */
export function noCounts(): Counts {
  return { plays: 0, runs: 0, writing: 0, acts: 0, originals: 0, crashes: 0, stuck: 0 };
}

/** Random plays: mostly runs and users, now and then something worse. */
export function playsOf(stage: Stage): fc.Arbitrary<readonly [string | undefined, Step[]]> {
  const some = fc.subarray([...NAMES]);
  const choice = fc.nat(1000);
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        does: fc.constant("run" as const),
        apply: fc.oneof(some, fc.constant(NAMES), fc.constantFrom(...NAMES.map((name) => [name]))),
        disable: fc.oneof(fc.constant<string[]>([]), some, fc.constant(NAMES)),
        at: fc.nat(ADDRESSES.length - 1),
        dies: fc.option(fc.nat(20), { freq: 8, nil: Infinity }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant("user" as const),
        what: fc.constantFrom(...USER_ACTS),
        choice,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant("lose" as const),
        what: fc.constantFrom(...LOSSES),
        choice,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant("roster" as const),
        name: fc.constantFrom(...NAMES),
        form: fc.constantFrom<Form>("full", "less", "moved", "bare", "gone"),
      }),
    },
  );
  return fc.tuple(
    fc.constantFrom(...stage.documents),
    fc.array<Step>(step, { minLength: 1, maxLength: 14, size: "max" }),
  );
}

/** Plays the steps; throws where a run does not lead to what the rules say. */
export async function play(
  stage: Stage,
  document: string | undefined,
  steps: readonly Step[],
  counts: Counts,
): Promise<void> {
  counts.plays++;
  const handler = await defaultFormats.load(stage.format);
  const world = new World(stage, handler, document, counts);
  // At the end everything is taken back.
  const all: Step[] = [...steps, { does: "run", apply: [], disable: [...NAMES], at: 0 }];
  for (const step of all) {
    world.story.push(JSON.stringify(step));
    try {
      await world.step(step);
    } catch (error) {
      if (error instanceof Refused) {
        counts.stuck++;
        return;
      }
      if (error instanceof Error) error.message = `${error.message}\n${world.story.join("\n")}`;
      throw error;
    }
  }
}

const BASE = "/mounts";
const STATE = `${BASE}/.vault-config/state.json`;
const SIDECAR = ".terok-managed-config.json";

const ADDRESSES: readonly VaultLocation[] = [
  resolveVaultLocation(),
  resolveVaultLocation({ tokenBrokerPort: 1234 }),
  resolveVaultLocation({ tokenBrokerPort: 1234, direct: true }),
  resolveVaultLocation({ url: "http://localhost:7777", socket: "/run/other.sock" }),
];

/** Whom a run is about. */
interface Selected {
  readonly apply: readonly string[];
  readonly disable: readonly string[];
}

/** An edit that the program declines, with a reason; then nothing was changed. */
class Refused extends Error {}

class World {
  /** What happened, for whoever has to understand a failure. */
  readonly story: string[] = [];
  readonly #stage: Stage;
  readonly #handler: FormatHandler;
  readonly #counts: Counts;
  readonly #disk = new MemoryDisk(BASE);
  readonly #forms = new Map<string, Form>(NAMES.map((name) => [name, "full"]));
  #memories: ReadonlyMap<string, Memory> = new Map();
  /** The text of each file before we came; absent: it cannot be told any more. */
  readonly #originals = new Map<string, string | undefined>();
  #comments = 10;
  #died = false;

  constructor(stage: Stage, handler: FormatHandler, document: string | undefined, counts: Counts) {
    this.#stage = stage;
    this.#handler = handler;
    this.#counts = counts;
    for (const file of this.#files()) this.#originals.set(file, undefined);
    this.#userWrites(stage.file, document);
  }

  async step(step: Step): Promise<void> {
    if (step.does === "roster") this.#forms.set(step.name, step.form);
    else if (step.does === "run") await this.#run(step);
    // What is edited after a crash may fit both outcomes: `crashes.ts` looks into that.
    else if (this.#died) return;
    else if (step.does === "lose") this.#lose(step.what, step.choice);
    else this.#act(step.what, step.choice);
  }

  #files(): string[] {
    return [this.#stage.file, this.#stage.other];
  }

  #text(file: string): string | undefined {
    return this.#disk.read(`${BASE}/${file}`);
  }

  // Runs

  async #run({ apply, disable, at, dies = Infinity }: Step & { does: "run" }): Promise<void> {
    const address = ADDRESSES[at] ?? ADDRESSES[0]!;
    const selection = this.#selection(apply, disable, address);
    const job = this.#job(selection, address);
    const situation: Situation = {
      ...selection,
      address,
      defaults: [ADDRESSES[0]!, ADDRESSES[1]!],
      trees: new Map(
        this.#files().flatMap((file) => {
          const text = this.#text(file);
          return text === undefined ? [] : [[file, treeOf(this.#stage, text)]];
        }),
      ),
      memories: this.#memories,
      notes: this.#notes(),
      pending: Object.keys(parsed(this.#disk.read(STATE))?.pending?.files ?? {}),
      patches: new Map(
        [...this.#forms].map(([name, form]) => [name, patchOf(this.#stage, name, form)]),
      ),
    };
    const expected = outcomesOf(situation);
    const before = new Map(this.#files().map((file) => [file, this.#text(file)]));
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
      this.#remember(
        [...expected].filter(([file]) => this.#text(file) !== before.get(file)),
      );
      return;
    }
    this.#counts.runs++;
    if (this.#disk.changes !== changes) this.#counts.writing++;

    this.#assertAsPlanned(planned, report, before);
    if (declined.size > 0) {
      // Of who was declined nothing is in the files; the others were served.
      const served = (name: string) => !declined.has(name);
      const others = outcomesOf({
        ...situation,
        apply: selection.apply.filter(served),
        disable: selection.disable.filter(served),
      });
      for (const file of this.#files()) this.#assertFile(file, before.get(file), others.get(file));
      throw new Refused();
    }
    for (const file of this.#files()) this.#assertFile(file, before.get(file), expected.get(file));
    // Who has nothing of ours there any more is told so as long as a record is set aside.
    const tells = (row: string) => !/disable \w+ (?:kept|gone)$/.test(row);
    assert.deepEqual(
      rowsOf(report).filter(tells).sort(),
      [...expected].flatMap(([file, { rows }]) => rows.map((row) => `${file} ${row}`))
        .filter(tells).sort(),
      "the report says what was done",
    );
    this.#remember(expected);
    this.#assertMemory();
    const ours =
      /\/(\.vault-config\/(lock|state\.json(\.new)?)|_[ab]\/\.terok-managed-config\.json)$/;
    const files = this.#disk.files().filter((path) => !ours.test(path));
    const wanted = this.#files().filter((file) => this.#text(file) !== undefined);
    assert.deepEqual(files, wanted.map((file) => `${BASE}/${file}`), "nothing else is left");
    this.#assertSidecars(situation, new Set([...expected.keys()].map(dirOf)));
    for (const file of expected.keys()) this.#assertOriginal(file);
    await this.#assertSteady(
      { ...selection, disable: selection.disable.filter(this.#isThere) },
      address,
    );
  }

  #hasAside(file: string): boolean {
    const text = this.#disk.read(STATE);
    return text !== undefined && parseState(text).files.get(file)?.aside !== undefined;
  }

  #remember(outcomes: Iterable<readonly [string, Outcome]>): void {
    const memories = new Map(this.#memories);
    for (const [file, { memory, healed }] of outcomes) {
      if (healed) this.#originals.delete(file);
      if (memory.held.size === 0) memories.delete(file);
      else memories.set(file, memory);
    }
    this.#memories = memories;
  }

  readonly #isThere = (name: string) => (this.#forms.get(name) ?? "gone") !== "gone";

  /** Whom a run can be about, so that nobody who stays wants another value at a place. */
  #selection(apply: readonly string[], disable: readonly string[], address: VaultLocation) {
    const known = new Set(
      [...this.#memories.values()].flatMap(({ held }) =>
        [...held.values()].flatMap(({ owners }) => owners)
      ),
    );
    const off = new Set(disable.filter((name) => this.#isThere(name) || known.has(name)));
    const on = new Set(apply.filter((name) => this.#isThere(name) && !off.has(name)));
    for (let size = -1; size !== on.size + off.size;) {
      size = on.size + off.size;
      for (const name of on) {
        const patch = patchOf(this.#stage, name, this.#forms.get(name) ?? "gone");
        const held = this.#memories.get(patch?.file ?? "")?.held;
        for (const [place, template] of patch?.wants ?? []) {
          const value = template.replace("{vault_url}", address.url)
            .replace("{vault_socket}", address.socket);
          const claim = held?.get(place);
          if (claim === undefined || claim.value === value) continue;
          for (const owner of claim.owners) {
            if (off.has(owner)) continue;
            if (this.#isThere(owner)) on.add(owner);
            else off.add(owner);
          }
        }
      }
    }
    return { apply: [...on].sort(), disable: [...off].sort() };
  }

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
    before: ReadonlyMap<string, string | undefined>,
  ): void {
    const rows = ({ providers }: Report) => providers.map((row) => ({ ...row, error: undefined }));
    assert.deepEqual(rows(report), rows(planned), "a run does what was planned");
    assert.deepEqual(report.files, planned.files, "a run writes what was planned");
    for (const file of this.#files()) {
      const change = planned.files.find((one) => one.file === file);
      assert.equal(this.#text(file), change ? change.after : before.get(file), "as planned");
    }
  }

  #assertFile(file: string, before: string | undefined, expected: Outcome | undefined): void {
    const text = this.#text(file);
    if (expected === undefined) {
      assert.equal(text, before, "a file that the run is not about stays");
      return;
    }
    const { leaves, containers } = treeOf(this.#stage, text ?? "");
    const sorted = (items: Iterable<unknown>) => [...items].sort();
    assert.deepEqual(sorted(leaves), sorted(expected.tree.leaves), `the values of ${file}`);
    assert.deepEqual(
      sorted(containers),
      sorted(expected.tree.containers),
      `the containers of ${file}`,
    );
    if (this.#stage.isStrict?.(before ?? "") === true && text !== undefined) {
      assert.equal(this.#stage.isStrict(text), true, `${file} stays strict`);
    }
    assert.deepEqual(commentsIn(text), commentsIn(before), `the comments of ${file}`);
    assert.deepEqual(usersLines(text), usersLines(before), `the user's lines of ${file}`);
  }

  /** What we remember is what the rules say, and is read as it was written. */
  #assertMemory(): void {
    const text = this.#disk.read(STATE);
    const state = text === undefined ? NO_STATE : parseState(text);
    if (text !== undefined) assert.equal(printState(state), text);
    assert.equal(state.pending === undefined, true, "nothing is pending");
    // What is remembered of a container matters only while it is there.
    const stands = (file: string, claim: Claim) =>
      treeOf(this.#stage, this.#text(file) ?? "").leaves.get(placeOf(shownPath(claim))) ===
        JSON.stringify(
          claim.value,
          (_, value) => typeof value === "bigint" ? Number(value) : value,
        );
    const isThere = (file: string, container: string) =>
      treeOf(this.#stage, this.#text(file) ?? "").containers.has(container);
    // What no longer stands is kept for its owners; an entry that is gone may have left several.
    const standing = (file: string, claims: readonly Remembered[]) => {
      const { leaves } = treeOf(this.#stage, this.#text(file) ?? "");
      const byPlace = new Map<string, Remembered>();
      for (const one of claims.filter(({ place, value }) => leaves.get(place) === value)) {
        const owners = [...one.owners, ...byPlace.get(one.place)?.owners ?? []];
        byPlace.set(one.place, { ...one, owners: [...new Set(owners)].sort() });
      }
      return [...byPlace.values()].sort((a, b) => a.place < b.place ? -1 : 1);
    };
    // A record that is only set aside is no claim on anything.
    const held = [...state.files].filter(([, { claims }]) => claims.length > 0);
    const shown = held.map(([file, { claims }]) => [
      file,
      standing(
        file,
        claims.map((claim) => ({
          place: placeOf(shownPath(claim)),
          value: JSON.stringify(
            claim.value,
            (_, value) => typeof value === "bigint" ? Number(value) : value,
          ),
          owners: claim.owners,
          overrode: claim.text?.overrode === true,
        })),
      ),
      [
        ...new Set(
          claims.filter((claim) => stands(file, claim)).flatMap((claim) =>
            claim.created.filter((length) => length > 0)
              .map((length) => placeOf(shownPath(claim).slice(0, length)))
          ),
        ),
      ].filter((container) => isThere(file, container)).sort(),
    ]);
    const wanted = [...this.#memories].map(([file, { held, made }]) => [
      file,
      standing(
        file,
        [...held].map(([place, { value, owners, former }]) => (
          { place, value, owners, overrode: former !== undefined }
        )),
      ),
      [...made].filter((container) =>
        isThere(file, container) &&
        [...held].some(([place, { value }]) =>
          containersOf(place).includes(container) &&
          treeOf(this.#stage, this.#text(file) ?? "").leaves.get(place) === value
        )
      ).sort(),
    ]);
    // What the rules do not know: a record that is set aside until its text comes back.
    const aside = [...state.files].filter(([, one]) => one.aside !== undefined).map(([file]) =>
      file
    );
    const told = (rows: typeof shown) =>
      rows.filter(([file, claims]) => claims?.length !== 0 && !aside.includes(`${file}`)).sort();
    assert.deepEqual(told(shown), told(wanted), "what is remembered");
  }

  /** The sidecars say what we remember; records of others stay in them. */
  #assertSidecars(situation: Situation, dirs: ReadonlySet<string>): void {
    const { apply, disable, memories, patches } = situation;
    const ownersIn = (memory: Memory | undefined) =>
      [...memory?.held.values() ?? []].flatMap(({ owners }) => owners);
    const notes = this.#notes();
    for (const file of this.#files().filter((one) => dirs.has(dirOf(one)))) {
      // What is set aside is no record for other programs.
      if ((this.#text(file) ?? "").trim() === "" || this.#hasAside(file)) continue;
      const here = [...disable, ...apply.filter((name) => patches.get(name)?.file === file)];
      const owners = [memories.get(file), this.#memories.get(file)].flatMap(ownersIn);
      const ours = (notes.get(file) ?? []).filter(({ provider }) =>
        here.includes(provider) || owners.includes(provider)
      );
      const said = ours.flatMap(({ provider, values }) =>
        [...values].map(([place, value]) => [provider, place, value])
      );
      const held = [...this.#memories.get(file)?.held ?? []].flatMap(([place, { value, owners }]) =>
        owners.map((owner) => [owner, place, value])
      );
      assert.deepEqual(said.sort(), held.sort(), `the sidecar on ${file}`);
      const { containers, leaves } = treeOf(this.#stage, this.#text(file) ?? "");
      const standing = ours.filter(({ values }) =>
        [...values].some(([place, value]) => leaves.get(place) === value)
      );
      for (const container of standing.flatMap((note) => note.made.slice(-1))) {
        // Of an entry of another run's record nobody can tell whose it is by now.
        if (!containers.has(container) || container.includes("[")) continue;
        assert.ok(this.#memories.get(file)?.made.has(container), `${container} is not ours`);
      }
    }
  }

  #assertOriginal(file: string): void {
    if (this.#memories.has(file)) return;
    const text = this.#text(file);
    if (this.#originals.has(file)) {
      assert.equal(show(text), show(this.#originals.get(file)), `${file} is as before`);
      this.#counts.originals++;
    }
    this.#originals.set(file, text);
  }

  async #assertSteady(
    selection: Selected,
    address: VaultLocation,
  ): Promise<void> {
    const changes = this.#disk.changes;
    const { report } = await run(this.#job(selection, address), { lockTimeout: 0 });
    assert.equal(this.#disk.changes, changes, "a second run changes nothing");
    // What is set aside is told each time, as long as its text is away.
    const rows = rowsOf(report).filter((row) => !row.endsWith(" gone"));
    assert.deepEqual(rows, [], "a second run has nothing to do");
  }

  /** What the sidecars say, read by themselves. */
  #notes(): Map<string, Note[]> {
    const notes = new Map<string, Note[]>();
    for (const file of this.#files()) {
      const dir = dirOf(file);
      const entry = parsed(this.#disk.read(`${BASE}/${dir}/${SIDECAR}`))?.files
        ?.[file.slice(dir.length + 1)];
      for (const [provider, records] of Object.entries(entry?.providers ?? {})) {
        for (const record of Array.isArray(records) ? records : []) {
          const { table, values, created, match }: SidecarJson = record;
          if (values === undefined) continue;
          const prefix = table === undefined ? "" : `${table}[${match?.name}].`;
          const { leaves } = treeOf({ ...this.#stage, read: () => values }, "");
          const made = created === true ? containersOf(`${prefix}x`) : [];
          const places = new Map([...leaves].map(([place, json]) => [prefix + place, json]));
          notes.set(file, [...notes.get(file) ?? [], { provider, values: places, made }]);
        }
      }
    }
    return notes;
  }

  // What users and containers do

  #userWrites(file: string, text: string | undefined): void {
    this.#disk.write(`${BASE}/${file}`, text);
    if (this.#memories.has(file)) this.#originals.delete(file);
    else this.#originals.set(file, text);
  }

  #act(what: UserAct, choice: number): void {
    const files = this.#files().filter((file) => this.#text(file) !== undefined);
    const file = files[choice % Math.max(1, files.length)] ?? this.#stage.file;
    const text = this.#text(file);
    const after = this.#edited(what, choice, text);
    if (after === text) return;
    this.#counts.acts++;
    this.#userWrites(file, after);
    this.story.push(`  ${file}: ${show(after)}`);
  }

  /** The text after what the user does; the same text where it cannot be done. */
  #edited(what: UserAct, choice: number, text: string | undefined): string | undefined {
    const { comment, documents, print, read } = this.#stage;
    if (what === "rewrite") return pick(documents, choice);
    if (text === undefined) return undefined;
    const eol = text.includes("\r\n") ? "\r\n" : "\n";
    const note = `${comment} c${++this.#comments}`;
    const ends = [...text.matchAll(/\r?\n|$(?![^])/g)].map((match) => match.index);
    const starts = [0, ...ends.map((end) => text.indexOf("\n", end) + 1)].filter((at, i) =>
      i === 0 || at > 0
    );
    // What is written into a value goes with it when that gives way.
    const { blank } = this.#handler;
    const document = this.#handler.parse(text === "" ? blank : text);
    const spans = OURS.flatMap((place) => document.find(pathOf(place))?.span ?? []);
    const outside = (places: readonly number[]) =>
      places.filter((at) => !spans.some(({ start, end }) => start <= at && at < end));
    switch (what) {
      case "add":
        return this.#put(text, pick(ADDED, choice), `u${choice}`);
      case "change":
        return this.#put(text, pick(OURS, choice), `u${choice}`);
      case "drop":
        return this.#drop(text, pick(OURS, choice));
      case "drop all":
        return this.#drop(text, pick(["nested", "nested.inner", "providers[ours]", "url"], choice));
      case "comment":
        return this.#same(text, insert(text, pick(outside(starts), choice), `${note}${eol}`));
      case "comment behind":
        return this.#same(text, insert(text, pick(outside(ends), choice), ` ${note}`));
      case "respell":
        return this.#same(text, text.replace(/([:=]) "/g, '$1   "').replace(/^ +/gm, "$&$&"));
      case "blank":
        return this.#same(text, insert(text, pick(starts, choice), eol));
      case "reformat":
        return this.#same(text, print(read(text) as Record<string, unknown>));
    }
  }

  #put(text: string, place: string, value: string): string {
    return this.#spliced(text, (document) => document.put(pathOf(place), value));
  }

  #drop(text: string, place: string): string {
    return this.#spliced(text, (document) => document.drop(pathOf(place)));
  }

  #spliced(
    text: string,
    make: (document: ReturnType<FormatHandler["parse"]>) => {
      offset: number;
      remove: string;
      insert: string;
    },
  ): string {
    try {
      const { offset, remove, insert } = make(this.#handler.parse(text));
      const after = text.slice(0, offset) + insert + text.slice(offset + remove.length);
      this.#handler.parse(after);
      return after;
    } catch (error) {
      if (error instanceof ConfigPatchError) return text;
      throw error;
    }
  }

  /** A text that says the same, or else the text as it was. */
  #same(text: string, after: string): string {
    try {
      this.#handler.parse(after);
      assert.deepEqual(treeOf(this.#stage, after), treeOf(this.#stage, text));
      return after;
    } catch {
      return text;
    }
  }

  #lose(what: Loss, choice: number): void {
    const file = pick(this.#files(), choice);
    const sidecar = `${BASE}/${dirOf(file)}/${SIDECAR}`;
    if (what === "state") {
      this.#disk.write(STATE, undefined);
      for (const file of this.#memories.keys()) this.#originals.delete(file);
      this.#memories = new Map();
    } else if (what === "sidecar") this.#disk.write(sidecar, undefined);
    else if (what === "garbage") this.#disk.write(sidecar, pick(GARBAGE, choice));
    else this.#disk.write(sidecar, this.#forged(file, this.#disk.read(sidecar), choice));
  }

  /** The sidecar with one more record, of something that stands in the file. */
  #forged(file: string, text: string | undefined, choice: number): string {
    const { leaves } = treeOf(this.#stage, this.#text(file) ?? "");
    const value = (place: string) => JSON.parse(leaves.get(place) ?? '"u"');
    const { format } = this.#stage;
    const record = pick([
      { kind: `${format}_top`, values: { mine: value("mine") } },
      { kind: `${format}_top`, values: { url: value("url") } },
      {
        kind: `${format}_table`,
        table: "providers",
        match: { name: "ours" },
        created: true,
        values: { base: value("providers[ours].base") },
      },
    ], choice);
    const sidecar = parsed(text) ?? {};
    const name = file.slice(dirOf(file).length + 1);
    const providers = sidecar.files?.[name]?.providers ?? {};
    const all = { ...providers, [pick(["stranger", "t", "r"], choice)]: [record] };
    return JSON.stringify({ version: 1, files: { ...sidecar.files, [name]: { providers: all } } });
  }
}

/** Where users add something of their own. */
const ADDED = [
  "user_key",
  "nested.user_key",
  "nested.inner.user_key",
  "providers[ours].user_key",
  "providers[new].user_key",
];

/** Places of ours, which users change and drop. */
const OURS = [
  "url",
  "mine",
  "socket",
  "nested.own",
  "nested.inner.a",
  "nested.inner.b",
  "providers[ours].base",
  "providers[ours].key",
  "providers[ours].extra",
];

/** Sidecars that nobody of us wrote. */
const GARBAGE = [
  "",
  "{",
  "[]",
  "null",
  '{"version":2,"files":{}}',
  '{"version":1,"files":[]}',
  '{"version":1,"files":{"../x":{"providers":{}},"config.toml":{"providers":{"p":7}}}}',
  '{"version":1,"files":{"config.yml":7,"settings.json":{"providers":{"p":[{"kind":"json_top"}]}}}}',
];

interface SidecarJson {
  readonly table?: string;
  readonly match?: { readonly name?: string };
  readonly created?: boolean;
  readonly values?: unknown;
}

/** What is asked of sidecars and states, which may be anything. */
interface Readable {
  readonly files?: Record<string, { readonly providers?: Record<string, unknown> }>;
  readonly pending?: { readonly files?: Record<string, unknown> };
}

function parsed(
  text: string | undefined,
): Readable | undefined {
  try {
    return JSON.parse(text ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** The providers that were declined; no other failure may be. */
function declinedIn({ providers }: Report): Set<string> {
  const errors = providers.flatMap(({ error }) => error === undefined ? [] : [error]);
  for (const error of errors) {
    if (["unsupported", "shape"].includes(error.code)) continue;
    throw new Error(`${error.provider}: ${error.code}: ${error.message}`, { cause: error });
  }
  return new Set(errors.flatMap(({ provider }) => provider ?? []));
}

/** The rows that say that something was done. */
function rowsOf({ providers }: Report): string[] {
  return providers.filter(({ outcome }) => !["unchanged", "skipped"].includes(outcome)).map(
    ({ provider, action, file, outcome, edits }) => {
      const overrode = edits.filter((edit) => edit.overrode).map((edit) => placeOf(edit.path));
      return [`${file} ${action} ${provider} ${outcome}`, ...overrode.sort()].join(" ");
    },
  );
}

function placeOf(path: readonly unknown[]): string {
  return path.map((step, depth) =>
    typeof step === "string"
      ? (depth === 0 ? step : `.${step}`)
      : `[${(step as { name: string }).name}]`
  ).join("");
}

/** All comments in their order. */
function commentsIn(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/(?:#|\/\/) c\d+\b/g)].map(([comment]) => comment);
}

/**
 * The lines with a word of the user's and none of ours. A comma behind one may come and go; so may
 * blanks before it, where the file was indented anew since we wrote, and a comment behind it, which
 * stood in a line of ours.
 */
function usersLines(text: string | undefined): string[] {
  return (text ?? "").split("\n").map((line) =>
    line.replace(/(#|\/\/) c\d+/g, "").trim().replace(/,$/, "")
  ).filter((line) =>
    /\b(user|user_key|last|other|text|one|two)\b/.test(line) && !/[[\]{}]/.test(line) &&
    !/\b(url|mine|socket|own|a|b|base|key|extra)\b/.test(line)
  );
}

function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

function pick<T>(from: readonly T[], choice: number): T {
  return from[choice % from.length]!;
}

function dirOf(file: string): string {
  return file.replace(/\/.*/, "");
}

function show(text: string | undefined): string {
  return text === undefined ? "(no file)" : JSON.stringify(text);
}
