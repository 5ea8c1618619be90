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
      case "$id":
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
      case "properties": {
        // The schema lets consumers ignore what they do not know; here nothing may be unknown.
        const known = rule as Record<string, Schema>;
        return Object.entries(object ?? {}).flatMap(([key, one]) => {
          const target = known[key];
          return target === undefined
            ? [`${at}.${key} is not in the schema`]
            : faultsOf(one, target, `${at}.${key}`);
        });
      }
      case "additionalProperties": {
        return Object.entries(object ?? {}).flatMap(([key, one]) =>
          faultsOf(one, rule as Schema, `${at}.${key}`)
        );
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
