/** What the proof has to know of one program. One file below `programs/` holds it for each. */

/** Texts by path. */
export type Files = Readonly<Record<string, string>>;

/** Where a program comes from. Both kinds run no install script, and need no right to install. */
export type Source =
  | { readonly from: "npm"; readonly name: string; readonly version: string }
  | { readonly from: "debian"; readonly name: string; readonly suite: string };

/** A program that talks to a service, and the ways in which one logs in to it. */
export interface Program {
  /** The provider's name in the roster. */
  readonly name: string;
  readonly source: Source;
  /**
   * The program, below its install directory. One that ends in `.js` is given to Node. `{arch}` stands
   * for `x64` or `arm64`, as npm says it.
   */
  readonly file: string;
  /** Where the client looks for its config directory, below its home. */
  readonly place: string;
  readonly logins: readonly Login[];
}

/** One kind of login, and how to see that it is routed. */
export interface Login {
  readonly name: string;
  /** The name of this kind in the agent file, where the route depends on it. */
  readonly credential?: string;
  readonly env: Readonly<Record<string, string>>;
  /** What makes the client send one request, without a terminal. */
  readonly args: readonly string[];
  /** Files of the login itself, in the host dir. */
  readonly files?: Files;
  /** Files of the login itself, elsewhere in the home. */
  readonly home?: Files;
  /** The request that has to reach the vault: `port POST /v1/messages`. */
  readonly asks: RegExp;
  /**
   * The names of the service; a routed client asks for none of them. Absent where it asks the service
   * for other things as well, which no file can route.
   */
  readonly service?: RegExp;
  /** A user's own config, in which everything goes to `relay.example`. */
  readonly users: Files;
  /** Where the client goes with that config alone, if not to the relay. */
  readonly own?: RegExp;
  /** Without a config, the client does not go to its service either. */
  readonly needsConfig?: boolean;
  /** It does not print the vault's answer: that it asked is all that can be seen. */
  readonly saysNothing?: boolean;
  readonly bypasses?: readonly Bypass[];
}

/** A config with which the client goes past the vault, whatever we write. */
export interface Bypass {
  readonly name: string;
  /** Laid over the files of the login. */
  readonly files: Files;
  /** In place of the login's. */
  readonly args?: readonly string[];
  /** Where the client then goes; to the user's relay, if absent. */
  readonly goes?: RegExp;
}

/** A proxy of the user's, which has that name too. */
export const PROXY = "http://relay.example:3128";

/** The name to which users' own configs go; nothing has it. */
export const RELAY = "relay.example";
