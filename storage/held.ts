/**
 * Files that are about to be replaced or removed, opened before the lock is taken and kept open: to
 * compare them once more under the lock, nothing on hostile ground has to be opened. A container
 * could make an open wait, by a lease, and all other runs would wait for the lock meanwhile.
 *
 * @module
 */
import type { SourceFile } from "./primitives.ts";

/** A file to hold. */
export interface FileToHold {
  /** The host dir. */
  readonly dir: string;
  /** The file in it. */
  readonly file: string;
}

/** Opens files and keeps them open. What cannot be opened is left out: a later read says why. */
export async function holding(
  files: Iterable<FileToHold>,
  open: (file: FileToHold) => Promise<SourceFile | undefined>,
): Promise<HeldFiles> {
  const held = new HeldFiles();
  for (const one of files) {
    const file = await open(one).catch(() => undefined);
    if (file !== undefined) held.add(`${one.dir}/${one.file}`, file);
  }
  return held;
}

/** Open files, by `host dir/file`. Whoever has them opened closes them. */
export class HeldFiles {
  readonly #files = new Map<string, SourceFile>();

  /** Keeps a file open. */
  add(key: string, file: SourceFile): void {
    this.#files.set(key, file);
  }

  /** The file, if it is kept open. */
  get(key: string): SourceFile | undefined {
    return this.#files.get(key);
  }

  /** Gives all descriptors back. Nothing was written through them, so a failure means nothing. */
  close(): void {
    for (const file of this.#files.values()) {
      try {
        file.close();
      } catch {
        continue;
      }
    }
    this.#files.clear();
  }
}
