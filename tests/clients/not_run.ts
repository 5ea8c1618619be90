/** The agents whose programs the proof cannot have, and why. They are known from documentation only. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  aider: "it is published for Python's pip alone",
  crush: "its npm package holds a script that fetches the program from elsewhere",
  goose: "neither npm nor Debian has it",
  vibe: "it is published for Python's pip alone",
  zed: "it is an editor with windows, and neither npm nor Debian has it",
};
