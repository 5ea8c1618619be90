#!/usr/bin/env -S deno run --no-prompt --allow-read --allow-write
/** The command line of vault-config, with one format more. */
import { main } from "@terok/vault-config/cli";
import { defaultFormats } from "@terok/vault-config/formats";
import { confFormat } from "./conf_format.ts";

Deno.exit(await main(Deno.args, { formats: defaultFormats.with(confFormat) }));
