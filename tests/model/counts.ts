/** What was played, in numbers. */

/** What was played. */
export interface Counts {
  plays: number;
  runs: number;
  /** Runs in which something was written. */
  writing: number;
  acts: number;
  /** Copies that were put back. */
  copies: number;
  /** Records that were taken up again with their text. */
  back: number;
  /** Runs after which all was as before the first one, byte by byte. */
  originals: number;
  /** Runs that died on the way. */
  crashes: number;
  /** Plays that ended because an edit was refused: nothing is lost then. */
  stuck: number;
  /** Plays that ended because the rules cannot tell what is ours. */
  untold: number;
}

/** Fresh counts. */
export function noCounts(): Counts {
  return {
    ...{ plays: 0, runs: 0, writing: 0, acts: 0, copies: 0, back: 0 },
    ...{ originals: 0, crashes: 0, stuck: 0, untold: 0 },
  };
}
