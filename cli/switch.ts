/** `disable`, `enable` and `write`: the commands that name providers. @module */
import { closest, ConfigPatchError } from "../errors.ts";
import type { Report } from "../ownership/report.ts";
import { apply, recordedOwners } from "../reconcile/request.ts";
import {
  parseSettings,
  type Settings,
  SETTINGS_FILE,
  settingsText,
} from "../reconcile/settings.ts";
import {
  changeSettings,
  requireWritable,
  type SettingsChange,
} from "../reconcile/settings_edit.ts";
import { isOff } from "../reconcile/taking_part.ts";
import { applied, showDone } from "./apply.ts";
import { everyoneIn } from "./everyone.ts";
import type { Flags, Invocation } from "./parse.ts";
import { pasted, unkept } from "./pasted.ts";
import { allNames, knownNames, rosterOf, type RosterWishes } from "./roster.ts";
import { rosterWishes, type Setup, setUp } from "./setup.ts";
import { lineText, paintFor, write } from "./terminal.ts";

/** Takes providers back, and keeps them off: the setting comes first, so that no start undoes it. */
export async function runDisable(invocation: Invocation): Promise<number> {
  const { operands, flags } = invocation;
  const { all, once, mounts } = flags;
  const make = () =>
    setUp(invocation, {
      only: { providers: [], disabledProviders: operands, disableAll: all },
      failIncompleteDisable: true,
    });
  let missing: boolean | undefined;
  let made = false;
  if (!once) {
    // What is wrong with the options is told before anything is kept in the settings.
    ({ missing } = await make());
    await requireKnown(invocation);
    await requireRecord(mounts);
    const disabled = (now: Settings) =>
      all || now.disabled === "all" ? "all" : union(now.disabled, operands);
    // To be off can be wanted before the first start, so the mounts are made for it.
    made = await change(flags, (now) => ({ disabled: disabled(now) })) && missing;
  }
  const { report: done, setup } = await applied(make);
  const report = withMade(done, made);
  const exit = await showDone(
    report,
    { ...setup, missing: missing ?? setup.missing, off: once ? setup.off : [] },
    invocation,
  );
  if (once) return exit;
  const who = all ? "all providers stay off" : `${operands.join(", ")} ${stay(operands)} off`;
  const back = `\`vault-config enable ${all ? "--all" : operands.join(" ")}\``;
  await say(flags, `${who} (${mounts}/${SETTINGS_FILE}); on again: ${back}`);
  return exit;
}

/** Lets providers take part again; the setting comes last, once they are routed. */
export async function runEnable(invocation: Invocation): Promise<number> {
  const { operands, flags } = invocation;
  const { all, once, mounts } = flags;
  const now = await settingsOf(flags);
  if (!once) requireWritable(mounts);
  const wishes = await rosterWishes(invocation, now);
  await requireKnown(invocation, wishes);
  const enabling = await enablingOf(operands, { flags, wishes });
  const only = { providers: all ? undefined : operands, disabledProviders: [], disableAll: false };
  const settings = (written: Settings): Settings => ({ ...written, disabled: [] });
  const { report: done, setup } = await applied(() =>
    setUp(invocation, all ? { settings } : { only })
  );
  const failed = done.providers.some((row) => row.outcome === "failed");
  const made = !once && !failed && await change(flags, enabling) && setup.missing;
  const report = withMade(done, made);
  const roster = await rosterOf({ ...wishes, names: operands, alsoOn: [], all: false });
  const proven = operands.flatMap((name) => {
    const how = roster.get(name)?.proven;
    return how === undefined ? [] : [`${name}: proven: ${how}`];
  });
  const notes = [...setup.notes, ...proven];
  const exit = await showDone(report, { ...setup, off: [], notes }, invocation);
  if (once || failed) return exit;
  const who = all ? "all providers take part" : `${operands.join(", ")} ${take(operands)} part`;
  await say(flags, `${who} in every apply (${mounts}/${SETTINGS_FILE})`);
  for (const [name, type] of Object.entries(credentialsFor(flags, operands))) {
    await say(flags, credentialText(name, type));
  }
  const lost = unkept(flags, ["credential"]);
  if (lost.length > 0) {
    const keys = lost.map((name) => name.replaceAll("-", "_")).join(", ");
    await say(
      flags,
      `for this run alone: ${lost.map((name) => `--${name}`).join(" ")}; ` +
        `for every apply, set ${keys} in the settings`,
    );
  }
  return exit;
}

/** Applies one provider, unless the settings keep it off. */
export async function runWrite(invocation: Invocation): Promise<number> {
  const { operands, flags } = invocation;
  const [name = ""] = operands;
  const only = { providers: operands, disabledProviders: [], disableAll: false };
  const isOffIn = (settings: Settings) => isOff(name, settings);
  const { report, setup } = await applied(
    () => setUp(invocation, { only: (now) => isOffIn(now) ? { ...only, providers: [] } : only }),
    async (setup) => isOffIn(setup.settings) ? nothingDone(setup) : await apply(setup.request),
  );
  const off = isOffIn(setup.settings);
  const failed = report.providers.some((row) => row.outcome === "failed");
  const type = flags.credentials[name];
  if (type !== undefined && !off && !failed) {
    await change(flags, () => ({ credentials: { [name]: type } }));
  }
  const exit = await showDone(report, { ...setup, off: off ? [name] : [] }, invocation);
  if (type !== undefined && !off && !failed) {
    await say(flags, credentialText(name, type));
  }
  return exit;
}

/** What becomes of the settings, as they stand by then, once some are enabled. */
async function enablingOf(
  operands: readonly string[],
  { flags, wishes }: { readonly flags: Flags; readonly wishes: RosterWishes },
): Promise<(now: Settings) => SettingsChange> {
  const credentials = credentialsFor(flags, operands);
  if (flags.all) return () => ({ disabled: [], credentials });
  const everyone = await everyoneIn(flags.mounts, wishes);
  const roster = await rosterOf({ ...wishes, names: operands, alsoOn: [], all: false });
  return ({ disabled, providers, enabled }) => {
    // Whom "all" means: wanted, on by default, or known to the state.
    const off = disabled === "all"
      ? union(everyone, [...providers ?? [], ...enabled]).toSorted()
      : disabled;
    const byDefault = new Set(providers ?? roster.defaults());
    const more = operands.filter((name) => !byDefault.has(name));
    return {
      disabled: off.filter((name) => !operands.includes(name)),
      enabled: union(enabled, more),
      credentials,
    };
  };
}

/** The types of credentials that an `enable` keeps. */
function credentialsFor(
  { all, credentials }: Flags,
  operands: readonly string[],
): Readonly<Record<string, string>> {
  if (all) return credentials;
  return Object.fromEntries(
    Object.entries(credentials).filter(([name]) => operands.includes(name)),
  );
}

/** Before anything is kept in the settings: a slip in a name must not end there. */
async function requireKnown(invocation: Invocation, given?: RosterWishes): Promise<void> {
  const { operands, flags } = invocation;
  const wishes = given ?? await rosterWishes(invocation, await settingsOf(flags));
  const known = await knownNames(operands, wishes, flags.mounts);
  const strangers = operands.filter((name) => !known.has(name));
  const [provider] = strangers;
  if (provider === undefined) return;
  const names = await allNames(wishes, flags.mounts);
  const near = closest(provider, names);
  throw new ConfigPatchError("unknown-provider", "there is no provider of this name", {
    provider,
    remedy: near === undefined ? `known are: ${names.join(", ")}` : `did you mean ${near}?`,
  });
}

/** Where our own record cannot be read, nothing at all is touched, the settings neither. */
async function requireRecord(mounts: string): Promise<void> {
  await recordedOwners(mounts);
}

async function change(flags: Flags, make: (now: Settings) => SettingsChange): Promise<boolean> {
  const { mounts, lockTimeout } = flags;
  return await changeSettings(mounts, make, { lockTimeout });
}

/** A report that says of the mounts that they were made now, where they were made for the settings. */
function withMade(report: Report, made: boolean): Report {
  return made ? { ...report, made } : report;
}

function credentialText(name: string, type: string): string {
  return `the credential of ${name} is ${type} from now on (${SETTINGS_FILE})`;
}

async function settingsOf({ mounts }: Flags): Promise<Settings> {
  return await parseSettings(await settingsText(mounts));
}

/** The report of a run that was not. */
function nothingDone({ request: { mounts, location } }: Setup): Report {
  return { mounts, made: false, location, changed: false, providers: [], files: [], warnings: [] };
}

async function say(flags: Flags, text: string): Promise<void> {
  const { quiet, json, color } = flags;
  if (quiet || json) return;
  await write("stderr", lineText("note", pasted(text, flags), paintFor("stderr", color)));
}

function union(names: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...names, ...more])];
}

const stay = (names: readonly string[]) => names.length === 1 ? "stays" : "stay";
const take = (names: readonly string[]) => names.length === 1 ? "takes" : "take";
