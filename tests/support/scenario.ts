/** A mounts directory of a test, and the few words in which its tests are told. */
import { applySharedConfigPatches, type PatchOptions, type Report } from "../../mod.ts";
import { loadRoster, type Roster, rosterFrom } from "../../roster/mod.ts";

/** Files below the mounts, by `host dir/file`. */
export type Files = Readonly<Record<string, string>>;

/** Agents by name, whatever they say. */
export type Patches = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One mounts directory with a roster. */
export class Scenario {
  readonly mounts: string;
  readonly roster: Roster;

  private constructor(mounts: string, roster: Roster) {
    this.mounts = mounts;
    this.roster = roster;
  }

  /** Fresh mounts that hold these files; the built-in roster unless patches are given. */
  static async with(files: Files = {}, patches?: Patches): Promise<Scenario> {
    const mounts = await Deno.makeTempDir({ prefix: "scenario-" });
    const roster = patches === undefined ? await loadRoster([]) : rosterOf(patches);
    const scenario = new Scenario(mounts, roster);
    for (const [path, text] of Object.entries(files)) scenario.write(path, text);
    return scenario;
  }

  /** The same mounts with another roster. */
  withRoster(patches: Patches): Scenario {
    return new Scenario(this.mounts, rosterOf(patches));
  }

  /** Applies (and disables) as the options say. */
  apply(options: PatchOptions = {}): Promise<Report> {
    return applySharedConfigPatches(this.roster, this.mounts, options);
  }

  /** Takes these providers back, and applies none. */
  disable(...names: string[]): Promise<Report> {
    return this.apply({ providers: [], disabledProviders: names });
  }

  /** Writes a file as a user or an agent would. */
  write(path: string, text: string): void {
    Deno.mkdirSync(`${this.mounts}/${path.replace(/\/[^/]*$/, "")}`, { recursive: true });
    Deno.writeTextFileSync(`${this.mounts}/${path}`, text);
  }

  /** The text of a file, or `undefined`. */
  read(path: string): string | undefined {
    try {
      return Deno.readTextFileSync(`${this.mounts}/${path}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Loses our own state, as a new host would. */
  forget(): void {
    Deno.removeSync(`${this.mounts}/.vault-config`, { recursive: true });
  }

  /** Every file in a host dir, by `host dir/file`. */
  files(): Files {
    const below = (path: string): string[] =>
      [...Deno.readDirSync(`${this.mounts}/${path}`)].flatMap(({ name, isDirectory }) =>
        isDirectory ? below(`${path}/${name}`) : [`${path}/${name}`]
      );
    const dirs = [...Deno.readDirSync(this.mounts)].filter(({ name, isDirectory }) =>
      isDirectory && name !== ".vault-config"
    );
    const paths = dirs.flatMap(({ name }) => below(name));
    return Object.fromEntries(paths.map((path) => [path, this.read(path) ?? ""]));
  }
}

/** A provider with one patch in a host dir of its own, by its format. */
export function patched(
  file: string,
  rest: Record<string, unknown>,
  host_dir = "_l",
): Patches[string] {
  return { host_dir, shared_config_patch: { file, ...rest } };
}

/** A roster of agents that may say anything. */
export function rosterOf(patches: Patches): Roster {
  return rosterFrom(patches as Parameters<typeof rosterFrom>[0]);
}

/** The outcomes of a report: `codex: created`. */
export function outcomes(report: Report): string[] {
  return report.providers.map((row) => `${row.provider}: ${row.outcome}`);
}
