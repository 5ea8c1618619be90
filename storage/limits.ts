/** How much is read and written at most, in bytes where nothing else is said. @module */
import { ConfigPatchError } from "../errors.ts";
import { MOST_NAMES } from "./pattern.ts";

const KIBIBYTE = 1024;

/** Whatever a container plants, no more than this is taken in. */
export const LIMITS = {
  /** A config that is to be routed, and a file that a rule asks for. */
  config: 512 * KIBIBYTE,
  /** A config of which something is only taken back: no file gets too large to leave. */
  takenBack: 2048 * KIBIBYTE,
  /** A sidecar. */
  sidecar: 64 * KIBIBYTE,
  /** All configs and rules' files of one host dir, in one run. */
  hostDir: 2048 * KIBIBYTE,
  /** How many files of one host dir are read in one run, its sidecar among them. */
  hostDirFiles: 64,
  /** How many names a host dir may have where a rule asks for a pattern of names. */
  names: MOST_NAMES,
} as const;

/** What a file is read for, or written for; it decides how large it may be. */
export type Use = "apply" | "take back" | "rule" | "sidecar";

/** The most bytes that a file may have. */
export function limitFor(use: Use): number {
  if (use === "sidecar") return LIMITS.sidecar;
  return use === "take back" ? LIMITS.takenBack : LIMITS.config;
}

/**
 * Refuses what is too large to be read.
 *
 * @throws {ConfigPatchError} `too-large`.
 */
export function refuseLarge(size: number, limit: number, label: string): void {
  if (size <= limit) return;
  throw new ConfigPatchError(
    "too-large",
    `it is larger than ${limit} bytes, the most that is read`,
    { file: label, remedy: "make it smaller, or remove it if it is not yours" },
  );
}

/**
 * Refuses to write what would be too large to be read again: it could never be taken back.
 *
 * @throws {ConfigPatchError} `too-large`.
 */
export function refuseToGrow(size: number, limit: number, label: string): void {
  if (size <= limit) return;
  throw new ConfigPatchError(
    "too-large",
    `it would be larger than ${limit} bytes, the most that is read again later`,
    { file: label, remedy: "make it smaller first" },
  );
}
