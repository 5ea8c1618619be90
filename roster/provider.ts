/** From an agent in normal form to a provider. @module */
import type { FormatRegistry } from "../formats/registry.ts";
import { pathText } from "../formats/value.ts";
import { checkSegment } from "../storage/names.ts";
import { checkKeys } from "./keys.ts";
import { isProviderName } from "./names.ts";
import { impliedHostDir } from "./normal.ts";
import { OF_THE_CATALOG, type ParsedPatch, patchOf } from "./patch.ts";
import { AGENT_KEYS } from "./schema.ts";
import type { ConfigPatch, Provider } from "./types.ts";
import { textsOf } from "./values.ts";
import {
  checkedAt,
  isMapping,
  isSequence,
  present,
  type Written,
  type WrittenMapping,
  wrong,
} from "./positions.ts";
import { refuseTokens } from "./values.ts";

/**
 * Reads an agent.
 *
 * @param form The agent in normal form, after it was laid over those below it.
 * @param defaultOn Whether it is applied without being named, if it has a patch.
 * @throws {ConfigPatchError} `roster`, with the provider, the file, the position where it is known,
 * and what to do.
 */
export function providerOf(
  name: string,
  form: WrittenMapping,
  defaultOn: boolean,
  formats: FormatRegistry,
): Provider {
  checkName(name, form);
  checkKeys(form, AGENT_KEYS);
  const hostDir = hostDirOf(name, form);
  const written = present(form, "shared_config_patch");
  if (written !== undefined && hostDir === undefined) {
    const remedy = `set auth.host_dir${OF_THE_CATALOG}`;
    throw wrong(written, "there is a patch, but no host dir for it", remedy);
  }
  const parsed = patchesOf(written, formats);
  return {
    name,
    source: form.source.file,
    defaultOn,
    hostDir,
    patches: parsed.map(({ patch }) => patch),
    credentialType: textOf(form, "credential_type"),
    bypassedBy: parsed.flatMap(({ rules }) => rules),
    notes: notesOf(form),
    proven: textOf(form, "proven"),
  };
}

function checkName(name: string, form: WrittenMapping): void {
  if (isProviderName(name)) return;
  throw wrong(
    form,
    `${JSON.stringify(name)} cannot be the name of a provider`,
    "use one line of at most 128 printable characters without commas, slashes or spaces at an end: names are " +
      "given as lists on the command line",
  );
}

function hostDirOf(name: string, form: WrittenMapping): string | undefined {
  const written = present(form, "host_dir");
  const hostDir = written === undefined ? impliedHostDir(form, name) : String(written.value);
  if (hostDir === undefined) return undefined;
  checkedAt(written ?? form, () => checkSegment(hostDir, "host_dir"));
  refuseTokens(written ?? form, [hostDir]);
  return hostDir;
}

function textOf(form: WrittenMapping, key: string): string | undefined {
  const written = present(form, key);
  return written === undefined ? undefined : String(written.value);
}

function notesOf(form: WrittenMapping): string[] {
  const written = present(form, "notes");
  return written === undefined ? [] : textsOf(written);
}

function patchesOf(written: Written | undefined, formats: FormatRegistry): ParsedPatch[] {
  const nodes = isSequence(written) ? written.value : written === undefined ? [] : [written];
  const parsed = nodes.flatMap((node) => isMapping(node) ? [patchOf(node, formats)] : []);
  const patches = parsed.map(({ patch }) => patch);
  if (written !== undefined && patches.every(setsNothing)) {
    throw wrong(
      written,
      "there are only defaults, which are written together with what a run creates",
      "set a value as well",
    );
  }
  checkFiles(nodes, patches);
  return parsed;
}

function setsNothing({ set, variants }: ConfigPatch): boolean {
  return Object.keys(set).length === 0 && Object.keys(variants).length === 0;
}

/** Several patches of one file have to say the same of it. */
function checkFiles(nodes: readonly Written[], patches: readonly ConfigPatch[]): void {
  for (const [index, patch] of patches.entries()) {
    const other = patches.slice(0, index).find(({ files }) =>
      files.some((file) => patch.files.includes(file))
    );
    const node = nodes[index];
    if (other === undefined || node === undefined) continue;
    const [what, remedy] = other.format !== patch.format
      ? ["of two formats", "keep one format for one file"]
      : other.mode !== patch.mode && other.mode !== undefined && patch.mode !== undefined
      ? ["of two modes", "give one mode"]
      : [];
    if (what === undefined || remedy === undefined) continue;
    throw wrong(node, `${pathText(node.path)}: two patches make one file ${what}`, remedy);
  }
}
