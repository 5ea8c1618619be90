/** What a caller gives as the mounts directory. @module */
import { ConfigPatchError } from "../errors.ts";

/**
 * The path of a mounts directory.
 *
 * @param mounts A path, or a `file:` URL.
 * @throws {ConfigPatchError} `option` for anything else.
 */
export function pathOf(mounts: string | URL): string {
  if (typeof mounts === "string" && mounts !== "") return mounts;
  if (mounts instanceof URL && mounts.protocol === "file:" && mounts.host === "") {
    return decodeURIComponent(mounts.pathname).replace(/(?<=.)\/+$/, "");
  }
  throw new ConfigPatchError("option", "the mounts directory must be a path", {
    remedy: "give a text, or a file: URL",
  });
}
