/** From what is written under `bypassed_by` to {@linkcode BypassRule}s. @module */
import type { FormatRegistry } from "../formats/registry.ts";
import type { ConfigValue, FormatInfo } from "../formats/types.ts";
import { pathText } from "../formats/value.ts";
import { checkFile } from "../storage/names.ts";
import { checkTokens } from "../transport/tokens.ts";
import { checkKeys } from "./keys.ts";
import { RULE_KEYS } from "./schema.ts";
import type { BypassRule, ConfigPatch } from "./types.ts";
import { checkHolds, refuseTokens, textsOf } from "./values.ts";
import {
  checkedAt,
  isMapping,
  isSequence,
  plain,
  present,
  type Written,
  type WrittenMapping,
  wrong,
} from "./positions.ts";

/**
 * The rules that stand in a patch, each once.
 *
 * @throws {ConfigPatchError} `roster` for a rule that says what it cannot mean.
 */
export function rulesOf(
  node: WrittenMapping,
  patch: ConfigPatch,
  formats: FormatRegistry,
): BypassRule[] {
  const list = present(node, "bypassed_by");
  const rules = (isSequence(list) ? list.value : []).flatMap((rule) =>
    isMapping(rule) ? [ruleOf(rule, patch, formats)] : []
  );
  return [...new Map(rules.map((rule) => [wordsOf(rule), rule])).values()];
}

function ruleOf(node: WrittenMapping, patch: ConfigPatch, formats: FormatRegistry): BypassRule {
  checkKeys(node, RULE_KEYS, "a rule of bypassed_by");
  const file = fileOf(node, patch);
  const path = pathOf(node);
  const format = formatOf(node, file, patch, formats);
  const why = present(node, "why");
  if (why === undefined) {
    throw wrong(node, "a rule without why", "say in one sentence what the program does then");
  }
  const replaced = present(node, "replaced");
  if (path === undefined && file === undefined && replaced === undefined) {
    throw wrong(
      node,
      "a rule without file and path",
      "name the setting, or the file, that is meant",
    );
  }
  if (path !== undefined && replaced !== undefined) {
    throw wrong(replaced, "path and replaced do not go together", "make two rules of them");
  }
  const isRead = path !== undefined || replaced !== undefined;
  for (const key of [...path === undefined ? ["unless"] : [], ...isRead ? [] : ["format"]]) {
    const useless = present(node, key);
    if (useless === undefined) continue;
    throw wrong(
      useless,
      `${key} means nothing without a path`,
      "name the setting, or take it out",
    );
  }
  return {
    file,
    ownFiles: patch.files,
    format: isRead ? format.name : undefined,
    path,
    replaced: replaced === undefined ? [] : textsOf(replaced),
    unless: unlessOf(node, format),
    why: String(why.value),
  };
}

function fileOf(node: WrittenMapping, patch: ConfigPatch): string | undefined {
  const written = present(node, "file");
  if (written === undefined) return undefined;
  const file = String(written.value);
  // A star stands for characters of one name, so any name may stand in for it.
  checkedAt(written, () => checkFile(file.replaceAll("*", "x"), true));
  refuseTokens(written, [file]);
  if (file.includes("*") && (file.includes("/") || /^\*+$/.test(file))) {
    throw wrong(
      written,
      `${JSON.stringify(file)} cannot be the pattern of a rule`,
      "give a pattern of names in the host dir, with something besides * in it",
    );
  }
  const isRead = ["path", "replaced"].some((key) => present(node, key) !== undefined);
  if (patch.files.includes(file) && !isRead) {
    throw wrong(
      written,
      `${JSON.stringify(file)} is the patch's own file, so it always exists`,
      "name the setting in it that is meant, with path",
    );
  }
  return file;
}

function pathOf(node: WrittenMapping): string[] | undefined {
  const written = present(node, "path");
  if (written === undefined) return undefined;
  const path = textsOf(written);
  refuseTokens(written, path);
  if (path.length > 0 && path.every((key) => key.isWellFormed())) return path;
  throw wrong(
    written,
    `${pathText(written.path)} has to name a setting`,
    "give the keys that lead to it",
  );
}

function formatOf(
  node: WrittenMapping,
  file: string | undefined,
  patch: ConfigPatch,
  formats: FormatRegistry,
): FormatInfo {
  const written = present(node, "format");
  const named = written === undefined ? undefined : String(written.value);
  const name = named ?? (file === undefined ? undefined : formats.forFile(file)?.name) ??
    patch.format;
  const format = formats.get(name);
  if (format !== undefined) return format;
  throw wrong(
    written ?? node,
    `there is no format ${JSON.stringify(name)}`,
    `use one of ${formats.list().map((one) => one.name).join(", ")}`,
  );
}

function unlessOf(node: WrittenMapping, format: FormatInfo): ConfigValue[] {
  const written: Written | undefined = present(node, "unless");
  if (!isSequence(written)) return [];
  return written.value.map((entry) => {
    const value = plain(entry);
    checkHolds(entry, value, format);
    checkedAt(entry, () => checkTokens(value));
    return value;
  });
}

/** A text that two rules share exactly if they say the same. */
function wordsOf({ file, ownFiles, format, path, replaced, unless, why }: BypassRule): string {
  // JSON knows no whole numbers of their own.
  const told = (_key: string, value: unknown) =>
    typeof value === "bigint" ? { integer: String(value) } : value;
  return JSON.stringify([file, ownFiles, format, path, replaced, unless, why], told);
}
