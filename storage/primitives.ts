/**
 * The single file operations that storage is made of. Each is one call of the system (or one short
 * run of calls that fails as a whole), so that a test can make any one of them fail.
 *
 * @module
 */

/** What the system says about a path or an open file. */
export interface FileStatus {
  /** What stands there; `other` is a FIFO, a socket or a device. */
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Type and permission bits, as in `st_mode`. */
  readonly mode: number;
  /** The device. */
  readonly dev: number;
  /** The inode; above 2^53 Deno rounds it: compare it with {@linkcode isSameInode} only. */
  readonly ino: number;
  /** In bytes. */
  readonly size: number;
  /** Last change of the content, in milliseconds since the epoch. */
  readonly mtime: number;
  /** Last change of content or attributes, in milliseconds; Deno gives whole seconds. */
  readonly ctime: number;
  /** The owner. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** The number of hard links. */
  readonly nlink: number;
}

/**
 * Whether two looks have found the same file. Inodes that JavaScript cannot tell apart are never
 * equal: overlayfs (`xino=on`) has inodes above 2^53, and a rounded one may be that of another file.
 */
export function isSameInode(a: FileStatus, b: FileStatus): boolean {
  return a.dev === b.dev && a.ino === b.ino && Number.isSafeInteger(a.ino);
}

/** A user, and the one group of theirs that is known. */
export type User = Pick<FileStatus, "uid" | "gid">;

/**
 * Whether a user may enter a directory. That they are in a further group is nowhere to be seen: they
 * may be in that of the directory, unless it is root's.
 */
export function mayEnter(directory: FileStatus, { uid, gid }: User): boolean {
  if (uid === 0) return true;
  const others = directory.gid === 0 ? 0o001 : 0o011;
  const bits = directory.uid === uid ? 0o100 : directory.gid === gid ? 0o010 : others;
  return (directory.mode & bits) !== 0;
}

/** The name of a system error, `ENOENT`, if it is one. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

/** Reads on until a buffer is full or the file ends. Returns how many bytes that were. */
export function fill(file: Pick<SourceFile, "read">, buffer: Uint8Array): number {
  let length = 0;
  while (length < buffer.length) {
    const count = file.read(buffer.subarray(length));
    if (count === 0) break;
    length += count;
  }
  return length;
}

/** An existing file, open for reading. */
export interface SourceFile {
  /** What is really open, whatever the path leads to by now. */
  status(): FileStatus;
  /** Fills a part of the buffer and returns how many bytes; 0 at the end of the file. */
  read(buffer: Uint8Array): number;
  /** The next read begins at the beginning. */
  rewind(): void;
  /** Gives the descriptor back. */
  close(): void;
}

/** A directory held open, so that what is in it can be reached whatever its path leads to. */
export interface AnchoredDirectory {
  /** A path that leads to this very directory for as long as it is open. */
  readonly path: string;
  /** What is really open. */
  status(): FileStatus;
  /** Sets owner and group of the directory that is open. */
  chown(uid: number, gid: number): void;
  /** Brings its entries to the disk. */
  sync(): Promise<void>;
  /** Gives the descriptor back. */
  close(): void;
}

/** A file that we have just made. */
export interface FreshFile {
  /** Owner, group and mode, at first as creation gave them. */
  status(): FileStatus;
  /** Writes all bytes. */
  write(bytes: Uint8Array): void;
  /** As {@linkcode SourceFile.read}. */
  read(buffer: Uint8Array): number;
  /** As {@linkcode SourceFile.rewind}. */
  rewind(): void;
  /** Brings content and attributes to the disk; several files can do that side by side. */
  sync(): Promise<void>;
  /** Gives the descriptor back. */
  close(): void;
}

/** A file that we have just made, whose attributes can be set through its descriptor. */
export interface AdjustableFile extends FreshFile {
  /** Sets the permission bits, regardless of the umask. */
  chmod(mode: number): void;
  /** Sets owner and group. */
  chown(uid: number, gid: number): void;
}

/** The open lock file. */
export interface LockFile {
  /** Takes the lock if it is free; it lasts until `close` or the end of the process. */
  tryLock(): boolean;
  /** Replaces the content. */
  write(bytes: Uint8Array): void;
  /** Gives the lock and the descriptor back. */
  close(): void;
}

/** The single operations. All of them throw what the system throws. */
export interface FileSystem {
  /** What stands at a path, links not followed; `undefined` where nothing does. */
  lstat(path: string): FileStatus | undefined;
  /** As {@linkcode lstat}, links followed: for the mounts directory alone. */
  stat(path: string): FileStatus | undefined;
  /** The path without links, of a directory that was checked. */
  realPath(path: string): string;
  /** Makes a directory whose parent exists. */
  mkdir(path: string, mode: number): void;
  /** Sets the permission bits of a directory of the host side. */
  chmod(path: string, mode: number): void;
  /** Gives something of the host side to somebody; never on hostile ground, links are followed. */
  chown(path: string, uid: number, gid: number): void;
  /** The names in a directory whose path no container can change. */
  list(path: string): readonly string[];
  /** Opens what stands there without ever waiting, on hostile ground too: FIFO, lease, device. */
  openSource(path: string): Promise<SourceFile>;
  /**
   * As {@linkcode openSource}, much cheaper: asks for the right to write, with which no FIFO makes
   * anybody wait. Nothing is written. A lease makes it wait for as long as the system lets a lease
   * stand (45 seconds); it throws where the file cannot be written.
   */
  openQuickly(path: string): SourceFile;
  /** Opens a directory that is not a link, so that its entries can be reached through it. */
  openDirectory(path: string): Promise<AnchoredDirectory>;
  /** Makes a file where nothing stands, not even a link. */
  createNew(path: string, mode: number): FreshFile;
  /** As {@linkcode createNew}, with attributes that can be set; needs more start-up time. */
  createAdjustable(path: string, mode: number): Promise<AdjustableFile>;
  /** Puts an entry in the place of another, or where nothing stands; links are not followed. */
  rename(from: string, to: string): void;
  /** Removes an entry itself: a file, a link, an empty directory. Never what is below it. */
  remove(path: string): void;
  /** Brings the entries of a directory to the disk; no container may be able to swap it. */
  syncDirectory(path: string): Promise<void>;
  /** Reads a whole file of the host side. */
  readTrusted(path: string): Uint8Array<ArrayBuffer>;
  /** As {@linkcode readTrusted}, as text; a decoder of our own would cost a steady start much. */
  readTrustedText(path: string): string;
  /** Opens the lock file, which is made if absent. */
  openLock(path: string): LockFile;
}

/** The operations on the real file system. */
export const denoFileSystem: FileSystem = {
  lstat: (path) => present(() => Deno.lstatSync(path)),
  stat: (path) => present(() => Deno.statSync(path)),
  realPath: (path) => Deno.realPathSync(path),
  mkdir: (path, mode) => Deno.mkdirSync(path, { mode }),
  chmod: (path, mode) => Deno.chmodSync(path, mode),
  chown: (path, uid, gid) => Deno.chownSync(path, uid, gid),
  list: (path) => Array.from(Deno.readDirSync(path), (entry) => entry.name),
  async openSource(path) {
    const fs = await nodeFs();
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
    // O_NONBLOCK is what keeps a FIFO or a lease from stopping us. O_NOFOLLOW reaches the kernel
    // only with full permissions; with narrower ones the comparison of inodes finds the link.
    const fd = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    return {
      ...readingFrom(fs, fd),
      status: () => statusOfNode(fs.fstatSync(fd)),
      close: () => fs.closeSync(fd),
    };
  },
  openQuickly(path) {
    const file = Deno.openSync(path, { read: true, write: true });
    let first: FileStatus | undefined;
    try {
      // Deno refuses the status of a file behind a link if the grant names the link. The caller
      // then opens the file the slow way.
      first = statusOf(file.statSync());
    } catch (error) {
      file.close();
      throw error;
    }
    return {
      status() {
        const status = first ?? statusOf(file.statSync());
        first = undefined;
        return status;
      },
      read: (buffer) => file.readSync(buffer) ?? 0,
      rewind: () => void file.seekSync(0, Deno.SeekMode.Start),
      close: () => file.close(),
    };
  },
  async openDirectory(path) {
    const fs = await nodeFs();
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW, O_DIRECTORY } = fs.constants;
    const fd = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_DIRECTORY);
    return {
      path: `/proc/self/fd/${fd}`,
      status: () => statusOfNode(fs.fstatSync(fd)),
      chown: (uid, gid) => fs.fchownSync(fd, uid, gid),
      sync: () => finished((done) => fs.fsync(fd, done)),
      close: () => fs.closeSync(fd),
    };
  },
  createNew(path, mode) {
    const file = Deno.openSync(path, { read: true, write: true, createNew: true, mode });
    return {
      status: () => statusOf(file.statSync()),
      write: (bytes) => writeAll(bytes, (rest) => file.writeSync(rest)),
      read: (buffer) => file.readSync(buffer) ?? 0,
      rewind: () => void file.seekSync(0, Deno.SeekMode.Start),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  async createAdjustable(path, mode) {
    const fs = await nodeFs();
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
    const fd = fs.openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    return {
      ...readingFrom(fs, fd),
      write: (bytes) => writeAll(bytes, (rest) => fs.writeSync(fd, rest)),
      status: () => statusOfNode(fs.fstatSync(fd)),
      chmod: (bits) => fs.fchmodSync(fd, bits),
      chown: (uid, gid) => fs.fchownSync(fd, uid, gid),
      sync: () => finished((done) => fs.fsync(fd, done)),
      close: () => fs.closeSync(fd),
    };
  },
  rename: (from, to) => Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path),
  async syncDirectory(path) {
    const directory = Deno.openSync(path);
    // Not `using`: where its name stands only once more, the bundler drops it.
    try {
      await directory.sync();
    } finally {
      directory.close();
    }
  },
  readTrusted: (path) => Deno.readFileSync(path),
  readTrustedText: (path) => Deno.readTextFileSync(path),
  openLock(path) {
    const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    return {
      tryLock: () => file.tryLockSync(true),
      write(bytes) {
        file.truncateSync(0);
        file.seekSync(0, Deno.SeekMode.Start);
        writeAll(bytes, (rest) => file.writeSync(rest));
      },
      close: () => file.close(),
    };
  },
};

/** Costs 50 ms of start-up: only what cannot be had otherwise may pay it. */
function nodeFs(): Promise<typeof import("node:fs")> {
  return import("node:fs");
}

/** Reading through a descriptor of Node's, from a position of its own. */
function readingFrom(fs: typeof import("node:fs"), fd: number) {
  let at = 0;
  return {
    read(buffer: Uint8Array): number {
      const count = fs.readSync(fd, buffer, 0, buffer.length, at);
      at += count;
      return count;
    },
    rewind(): void {
      at = 0;
    },
  };
}

/** A call of Node's that tells by a callback when it has finished. */
function finished(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => error === null ? resolve() : reject(error));
  });
}

function present(look: () => Deno.FileInfo): FileStatus | undefined {
  try {
    return statusOf(look());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function statusOf(info: Deno.FileInfo): FileStatus {
  return {
    kind: info.isFile
      ? "file"
      : info.isDirectory
      ? "directory"
      : info.isSymlink
      ? "symlink"
      : "other",
    mode: info.mode ?? 0,
    dev: info.dev,
    ino: info.ino ?? 0,
    size: info.size,
    mtime: info.mtime?.getTime() ?? 0,
    ctime: info.ctime?.getTime() ?? 0,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    nlink: info.nlink ?? 1,
  };
}

function statusOfNode(stats: import("node:fs").Stats): FileStatus {
  const { mode, dev, ino, size, uid, gid, nlink } = stats;
  return {
    kind: stats.isFile()
      ? "file"
      : stats.isDirectory()
      ? "directory"
      : stats.isSymbolicLink()
      ? "symlink"
      : "other",
    mode,
    dev,
    ino,
    size,
    mtime: stats.mtimeMs,
    ctime: stats.ctimeMs,
    uid,
    gid,
    nlink,
  };
}

function writeAll(bytes: Uint8Array, write: (rest: Uint8Array) => number): void {
  for (let written = 0; written < bytes.length;) {
    written += write(bytes.subarray(written));
  }
}
