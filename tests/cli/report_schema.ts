/** The schema of `--json`, and a small validator for it that shares no code with the program. */
import assert from "node:assert/strict";
import schema from "../../cli/report.schema.json" with { type: "json" };

type Schema = { readonly [key: string]: unknown };

/** Checks that a document is one of those that `--json` prints. */
export function assertReport(document: unknown): void {
  const faults = faultsOf(document, schema as Schema, "$");
  assert.equal(faults.length, 0, `no kind of document: ${faults.join("; ")}`);
}

/** The part of JSON Schema that the schema uses; any other keyword is an error. */
function faultsOf(value: unknown, rules: Schema, at: string): string[] {
  const object = typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
  return Object.entries(rules).flatMap(([keyword, rule]): string[] => {
    const fault = (holds: boolean) => holds ? [] : [`${at}: ${keyword}`];
    switch (keyword) {
      case "$schema":
      case "$defs":
      case "title":
      case "description":
        return [];
      case "$ref": {
        const name = String(rule).replace("#/$defs/", "");
        const target = (schema.$defs as Record<string, Schema>)[name];
        assert(target !== undefined, `the schema has no ${name}`);
        return faultsOf(value, target, at);
      }
      case "anyOf": {
        const tries = (rule as Schema[]).map((one) => faultsOf(value, one, at));
        return tries.some((one) => one.length === 0) ? [] : [`${at}: none of`, ...tries.flat()];
      }
      case "const":
        return fault(value === rule);
      case "enum":
        return fault((rule as unknown[]).includes(value));
      case "type":
        return fault(
          [rule].flat().includes(kindOf(value)) ||
            ([rule].flat().includes("number") && kindOf(value) === "integer"),
        );
      case "minimum":
        return fault(typeof value !== "number" || value >= Number(rule));
      case "required":
        return object === undefined
          ? []
          : fault((rule as string[]).every((key) => Object.hasOwn(object, key)));
      case "properties":
        return Object.entries(rule as Record<string, Schema>).flatMap(([key, one]) =>
          object !== undefined && Object.hasOwn(object, key)
            ? faultsOf(object[key], one, `${at}.${key}`)
            : []
        );
      case "additionalProperties": {
        const known = Object.keys((rules.properties ?? {}) as Schema);
        const more = Object.entries(object ?? {}).filter(([key]) => !known.includes(key));
        if (rule === false) return fault(more.length === 0);
        return more.flatMap(([key, one]) => faultsOf(one, rule as Schema, `${at}.${key}`));
      }
      case "items":
        return Array.isArray(value)
          ? value.flatMap((one, index) => faultsOf(one, rule as Schema, `${at}[${index}]`))
          : [];
      default:
        throw new Error(`the validator does not know ${keyword}`);
    }
  });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
