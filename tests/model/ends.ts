/** Why a play may end early. Nothing is lost then. */

/** An edit that the program declines, with a reason; then nothing was changed. */
export class Refused extends Error {}

/** A text of which the rules cannot tell what in it is ours; see `isUntold`. */
export class Untold extends Error {}
