/** What the rules of agent files find in a host dir, and whom it keeps from the vault. @module */
import { ConfigPatchError, locate as positionOf } from "../errors.ts";
import type { ConfigDocument, ConfigPath } from "../formats/types.ts";
import {
  bypassed,
  bypassesOf,
  type FoundBypass,
  type Rival,
  type Rule,
  twinsOf,
} from "../ownership/bypass.ts";
import { readableText } from "../ownership/blank.ts";
import { MOST_TOLD } from "../ownership/bounds.ts";
import { pathKey } from "../ownership/claims.ts";
import { type FilePlan, partKey } from "../ownership/plan.ts";
import type { Bypass } from "../ownership/report.ts";
import type { Part } from "../ownership/wanted.ts";
import type { BypassRule } from "../roster/types.ts";
import { decodeUtf8, type ReadFile } from "../storage/read.ts";
import type { Reading } from "../storage/reading.ts";
import { substitute } from "../transport/tokens.ts";
import { type ConfigFile, filesByPart, type PartInFile } from "./files.ts";
import type { Failures } from "./unserved.ts";
import type { Job, Task } from "./tasks.ts";

/** What was found. */
export interface Judgement {
  /** The bypasses of each applied provider, accepted or not. */
  readonly bypasses: ReadonlyMap<string, readonly Bypass[]>;
  /** Whom they keep from the vault, and why. */
  readonly refused: readonly {
    readonly part: Pick<Part, "provider" | "action">;
    readonly file: string;
    readonly error: ConfigPatchError;
  }[];
  /** The rules' files that were looked at, by `host dir/file`, with what was read of each. */
  readonly looked: ReadonlyMap<string, ReadFile | undefined>;
  /** Whether some rule's file could not be looked at: then nothing tells when it has changed. */
  readonly isBlind: boolean;
  /** The names that match each pattern, by `host dir/pattern`. */
  readonly patterns: ReadonlyMap<string, readonly string[]>;
}

/** All that judging needs. */
interface Case {
  readonly job: Job;
  readonly tasks: readonly Task[];
  readonly files: readonly ConfigFile[];
  readonly plans: ReadonlyMap<ConfigFile, FilePlan>;
  readonly failures: Failures;
  readonly reading: Reading;
}

/** Judges the rules of all applied providers on the texts as the run leaves them. */
export async function judge(given: Case): Promise<Judgement> {
  const { job, tasks, failures } = given;
  const accepted = new Set(job.acceptBypass ?? []);
  const look = new Look(given);
  const bypasses = new Map<string, Bypass[]>();
  const refused: Judgement["refused"][number][] = [];
  for (const task of tasks) {
    const { provider, action, entry, targets } = task;
    if (action !== "apply" || failures.ofApplied(provider) !== undefined) continue;
    const [target] = targets;
    if (entry === undefined || target === undefined) continue;
    try {
      const found: FoundBypass[] = [];
      for (const rule of entry.bypassedBy) {
        // That is enough to refuse it, and as much as anybody reads.
        if (found.length >= MOST_TOLD) break;
        found.push(...await look.rule(target.dir, rule, task));
      }
      found.push(...look.twins(task));
      if (found.length === 0) continue;
      const isAccepted = accepted.has(provider);
      const told = toldOf(eachOnce(found));
      bypasses.set(provider, told.map((one) => ({ ...one, accepted: isAccepted })));
      if (isAccepted) continue;
      const file = `${target.dir}/${look.chosen(task)}`;
      refused.push({ part: task, file, error: bypassed(provider, told) });
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      const file = `${target.dir}/${look.chosen(task)}`;
      refused.push({ part: task, file, error });
    }
  }
  return { bypasses, refused, looked: look.looked, isBlind: look.isBlind, patterns: look.patterns };
}

/** Two rules may mean one place: `HTTP_PROXY` and `http_proxy`, where case makes no difference. */
function eachOnce(found: readonly FoundBypass[]): readonly FoundBypass[] {
  const keyOf = ({ file, path = [], why }: FoundBypass) =>
    JSON.stringify([file, pathKey(path), why]);
  return [...new Map(found.map((one) => [keyOf(one), one])).values()];
}

/** As many as are told; the last one says so where there are or may be more. */
function toldOf(found: readonly FoundBypass[]): readonly FoundBypass[] {
  const told = found.slice(0, MOST_TOLD);
  const last = told[MOST_TOLD - 1];
  return last === undefined
    ? told
    : told.with(MOST_TOLD - 1, { ...last, why: `${last.why} (and there may be more)` });
}

/** A place, and who owns it. */
interface Owned {
  readonly owner: string;
  readonly at: ConfigPath;
}

/** Looks at the files that rules are about, each of them once. */
class Look {
  readonly looked = new Map<string, ReadFile | undefined>();
  readonly patterns = new Map<string, readonly string[]>();
  isBlind = false;
  readonly #given: Case;
  readonly #byKey: ReadonlyMap<string, ConfigFile>;
  readonly #rivals = new Map<string, Rival>();
  readonly #parts: ReadonlyMap<string, PartInFile[]>;
  readonly #places = new Map<ConfigFile, ReadonlyMap<string, readonly Owned[]>>();

  constructor(given: Case) {
    this.#given = given;
    this.#parts = filesByPart(given.files);
    this.#byKey = new Map(given.files.map((file) => [file.key, file]));
  }

  /** The bypasses that a rule finds. */
  async rule(dir: string, rule: BypassRule, task: Task): Promise<FoundBypass[]> {
    const { location } = this.#given.job;
    const judged: Rule = {
      path: rule.path,
      replaced: rule.replaced,
      unless: rule.unless.map((value) => substitute(value, location)),
      why: rule.why,
    };
    const found: FoundBypass[] = [];
    for (const name of await this.#names(dir, rule, task)) {
      if (found.length >= MOST_TOLD) break;
      const rival = await this.#rival(dir, name, rule.format);
      const file = `${dir}/${name}`;
      found.push(...bypassesOf(judged, file, rival).map((one) => this.#asItStands(one, file)));
    }
    return found;
  }

  /** Keys that some readers take for those on our paths, in the files of a provider. */
  twins(task: Task): FoundBypass[] {
    return this.#partsOf(task).flatMap(({ file, part }) => {
      if (part.wanted.length === 0) return [];
      const document = this.#planned(file);
      if (document?.readings === undefined) return [];
      const places = this.#placesIn(file).get(task.provider) ?? [];
      const paths = [...places.map(({ at }) => at), ...part.wanted.map(({ path }) => path)];
      return twinsOf(document, file.key, paths);
    });
  }

  /** The places of each owner in a file. */
  #placesIn(file: ConfigFile): ReadonlyMap<string, readonly Owned[]> {
    const known = this.#places.get(file);
    if (known !== undefined) return known;
    const claims = this.#given.plans.get(file)?.state?.claims ?? [];
    const owned = claims.flatMap(({ at, owners }) =>
      at === undefined ? [] : owners.map((owner) => ({ owner, at }))
    );
    const places = Map.groupBy(owned, ({ owner }) => owner);
    this.#places.set(file, places);
    return places;
  }

  /** The name of a provider's first file. */
  chosen(task: Task): string {
    const [target] = task.targets;
    const mine = this.#partsOf(task).find(({ file }) =>
      file.dir === target?.dir && target.files.includes(file.name)
    );
    return mine?.file.name ?? target?.files[0] ?? "";
  }

  #partsOf(task: Task): readonly PartInFile[] {
    return this.#parts.get(partKey(task)) ?? [];
  }

  /** Where a setting is in the text as it stands, if it does: that is what the user will look at. */
  #asItStands(bypass: FoundBypass, key: string): FoundBypass {
    const file = this.#byKey.get(key);
    if (bypass.path === undefined || file?.handler === undefined || !file.text) return bypass;
    try {
      const span = file.handler.parse(file.text).find(bypass.path)?.span;
      if (span === undefined) return bypass;
      return { ...bypass, position: positionOf(file.text, span.start).position };
    } catch (error) {
      // It only says where to look: in what cannot be read there is no better place.
      if (!(error instanceof ConfigPatchError)) throw error;
      return bypass;
    }
  }

  async #names(dir: string, rule: BypassRule, task: Task): Promise<readonly string[]> {
    if (rule.file === undefined) {
      const names = task.targets.flatMap((target) => target.files);
      return [...new Set(names)].filter((name) =>
        rule.ownFiles.includes(name) &&
        this.#partsOf(task).some(({ file }) => file.key === `${dir}/${name}`)
      );
    }
    if (!rule.file.includes("*")) return [rule.file];
    const key = `${dir}/${rule.file}`;
    const names = this.patterns.get(key) ??
      await this.#given.job.mounts.namesLike(dir, rule.file);
    this.patterns.set(key, names);
    return names.filter((name) => !rule.ownFiles.includes(name));
  }

  async #rival(dir: string, name: string, format: string | undefined): Promise<Rival> {
    const key = `${dir}/${name}`;
    const planned = this.#byKey.get(key);
    if (planned !== undefined && planned.error === undefined) {
      try {
        const document = this.#planned(planned);
        return document === undefined ? { kind: "absent" } : { kind: "text", document };
      } catch (error) {
        // A file that another provider fails for is to this one what any other file is.
        if (!(error instanceof ConfigPatchError)) throw error;
        return { kind: "unreadable", error };
      }
    }
    const seen = `${key} ${format}`;
    const known = this.#rivals.get(seen);
    if (known !== undefined) return known;
    const rival = await this.#read(dir, name, format);
    this.#rivals.set(seen, rival);
    return rival;
  }

  async #read(dir: string, name: string, format: string | undefined): Promise<Rival> {
    const key = `${dir}/${name}`;
    const { reading, job } = this.#given;
    const outcome = (await reading.all([{ dir, file: name, use: "rule" }])).get(key);
    if (outcome?.error !== undefined) {
      // What a host dir makes us read is bounded; that is no matter of one rule.
      if (reading.overBudget(dir) !== undefined) throw outcome.error;
      this.isBlind = true;
      return { kind: "unreadable", error: outcome.error };
    }
    const read = outcome?.read;
    this.looked.set(key, read);
    if (read === undefined) return { kind: "absent" };
    if (format === undefined) return { kind: "present" };
    try {
      const handler = await job.formats.load(format);
      const text = decodeUtf8(read.bytes, key);
      const document = handler.parse(readableText(handler, text));
      return { kind: "text", document };
    } catch (error) {
      if (!(error instanceof ConfigPatchError)) throw error;
      return { kind: "unreadable", error };
    }
  }

  /** A file's document as the run leaves it; `undefined`: there will be no file. */
  #planned(file: ConfigFile): ConfigDocument | undefined {
    const plan = this.#given.plans.get(file);
    const text = plan === undefined ? file.text : plan.text;
    if (text === undefined || file.handler === undefined) return undefined;
    return file.handler.parse(readableText(file.handler, text));
  }
}
