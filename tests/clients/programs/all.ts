/** The clients that are proven, in the order of the table. */
import type { Program } from "../program.ts";
import { amp } from "./amp.ts";
import { claude } from "./claude.ts";
import { cline } from "./cline.ts";
import { codex } from "./codex.ts";
import { continueDev } from "./continue.ts";
import { droid } from "./droid.ts";
import { gemini } from "./gemini.ts";
import { gh } from "./gh.ts";
import { glab } from "./glab.ts";
import { grok } from "./grok.ts";
import { kilo } from "./kilo.ts";
import { nanocoder } from "./nanocoder.ts";
import { opencode } from "./opencode.ts";
import { pi } from "./pi.ts";
import { qwen } from "./qwen.ts";

export const programs: readonly Program[] = [
  codex,
  gh,
  amp,
  claude,
  cline,
  continueDev,
  droid,
  gemini,
  glab,
  grok,
  kilo,
  nanocoder,
  opencode,
  pi,
  qwen,
];
