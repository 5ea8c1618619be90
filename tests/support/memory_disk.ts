/**
 * A file system in memory: fast, it counts every change, and it can die at any of them. Files and
 * directories only.
 */
import type {
  AdjustableFile,
  FileStatus,
  FileSystem,
  SourceFile,
} from "../../storage/primitives.ts";

interface Entry {
  readonly kind: "file" | "directory";
  readonly ino: number;
  mode: number;
  changed: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A disk whose files are read and written by text; `system` is what storage works on. */
export class MemoryDisk {
  /** The operations of storage. */
  readonly system: FileSystem;
  /** How often something was made, written, renamed or removed; the lock file does not count. */
  changes = 0;
  /** At how many changes the process dies: this one and all later ones fail. */
  diesAt: number = Infinity;
  /** Whether it has died. */
  isDead = false;
  readonly #entries = new Map<string, Entry>();
  #clock = 0;

  /** A disk on which these directories exist. */
  constructor(...directories: string[]) {
    for (const path of directories) this.#make(path, "directory", 0o755);
    this.system = this.#operations();
  }

  /** The text of a file, or `undefined`. */
  read(path: string): string | undefined {
    const entry = this.#entries.get(path);
    return entry && new TextDecoder("utf-8", { ignoreBOM: true }).decode(entry.bytes);
  }

  /** Writes a file as anybody would; `undefined` removes it. */
  write(path: string, text: string | undefined): void {
    this.#entries.delete(path);
    if (text === undefined) return;
    const directory = path.replace(/\/[^/]*$/, "");
    if (!this.#entries.has(directory)) this.#make(directory, "directory", 0o755);
    this.#make(path, "file", 0o644).bytes = new TextEncoder().encode(text);
  }

  /** The paths of all files, sorted. */
  files(): string[] {
    return [...this.#entries].filter(([, { kind }]) => kind === "file").map(([path]) => path)
      .sort();
  }

  #make(path: string, kind: Entry["kind"], mode: number): Entry {
    if (this.#entries.has(path)) throw new Deno.errors.AlreadyExists(path);
    const type = kind === "file" ? 0o100000 : 0o040000;
    const changed = ++this.#clock;
    const entry = { kind, ino: changed, mode: type | mode, changed, bytes: new Uint8Array() };
    this.#entries.set(path, entry);
    return entry;
  }

  #get(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new Deno.errors.NotFound(path);
    return entry;
  }

  #change(): void {
    this.isDead ||= this.changes >= this.diesAt;
    if (this.isDead) throw new Error("the process is dead");
    this.changes++;
  }

  #fresh(path: string, mode: number): AdjustableFile {
    this.#change();
    const entry = this.#make(path, "file", mode);
    return {
      ...this.#open(path),
      write: (bytes) => void (entry.bytes = new Uint8Array(bytes)),
      status: () => statusOf(entry),
      chmod: (bits) => void (entry.mode = 0o100000 | bits),
      chown: () => {},
      sync: () => Promise.resolve(),
      close: () => {},
    };
  }

  #open(path: string): SourceFile {
    const entry = this.#get(path);
    let at = 0;
    return {
      status: () => statusOf(entry),
      read: (buffer: Uint8Array) => {
        const part = entry.bytes.subarray(at, at + buffer.length);
        buffer.set(part);
        at += part.length;
        return part.length;
      },
      rewind: () => void (at = 0),
      close: () => {},
    };
  }

  #operations(): FileSystem {
    const look = (path: string) => {
      const entry = this.#entries.get(path);
      return entry && statusOf(entry);
    };
    return {
      lstat: look,
      stat: look,
      realPath: (path) => path,
      mkdir: (path, mode) => {
        this.#change();
        this.#make(path, "directory", mode);
      },
      chmod: (path, mode) => {
        this.#get(path).mode = mode;
        this.changes++;
      },
      chown: () => {},
      list: (path) =>
        [...this.#entries.keys()].filter((one) => one.startsWith(`${path}/`))
          .map((one) => one.slice(path.length + 1)).filter((name) => !name.includes("/")),
      openSource: (path) => Promise.resolve(this.#open(path)),
      openQuickly: (path) => this.#open(path),
      openDirectory: () => Promise.reject(new Error("nested files are not for this disk")),
      createNew: (path, mode) => this.#fresh(path, mode),
      createAdjustable: (path, mode) => Promise.resolve(this.#fresh(path, mode)),
      rename: (from, to) => {
        this.#change();
        const entry = this.#get(from);
        this.#entries.delete(from);
        this.#entries.set(to, { ...entry, changed: ++this.#clock });
      },
      remove: (path) => {
        this.#change();
        this.#get(path);
        this.#entries.delete(path);
      },
      syncDirectory: () => Promise.resolve(),
      readTrusted: (path) => this.#get(path).bytes,
      readTrustedText: (path) => new TextDecoder().decode(this.#get(path).bytes),
      openLock: (path) => {
        const entry = this.#entries.get(path) ?? this.#make(path, "file", 0o600);
        return {
          tryLock: () => true,
          status: () => statusOf(entry),
          write: (bytes) => void (entry.bytes = new Uint8Array(bytes)),
          close: () => {},
        };
      },
    };
  }
}

function statusOf({ kind, ino, mode, changed, bytes }: Entry): FileStatus {
  const times = { mtime: changed, ctime: changed };
  return { kind, mode, dev: 1, ino, size: bytes.length, uid: 0, gid: 0, nlink: 1, ...times };
}
