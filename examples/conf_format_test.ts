/** The laws of an edit, tried on the plug-in beside this file: `deno test conf_format_test.ts`. */
import { assertFormatLaws } from "@terok/vault-config/testing";
import { confFormat } from "./conf_format.ts";

Deno.test("conf files are edited by the laws", () => {
  assertFormatLaws(confFormat, [
    "# mine\nhost=api.example\nport=443\n",
    "a=1\n\n# the end\n",
    "empty=\n",
  ], { comment: "#", invalid: ["no pair\n", "a=1\na=2\n"] });
});
