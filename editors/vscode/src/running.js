// One run of the command, without a shell: a file's name is one argument, whatever is in it.

"use strict";

const { execFile } = require("node:child_process");

const MOST = 64 * 1024 * 1024;

/**
 * Run the command and return its status and what it printed; never rejects.
 *
 * status: the command's own, or undefined where it could not be started or was stopped; then
 * `stderr` says why.
 *
 * @param {string} command @param {string[]} words
 * @param {{ cwd?: string, input?: string, signal?: AbortSignal }} how
 * @returns {Promise<{ status: number | undefined, stdout: string, stderr: string }>}
 */
function run(command, words, { cwd, input = "", signal } = {}) {
  const env = { ...process.env, NO_COLOR: "1", COLUMNS: "100", PYTHONUTF8: "1" };
  return new Promise((resolve) => {
    const options = { cwd, env, signal, maxBuffer: MOST, windowsHide: true };
    const child = execFile(command, words, options, (failure, stdout, stderr) => {
      const status = failure ? failure.code : 0;
      const isOwn = Number.isInteger(status);
      const why = isOwn || !failure ? stderr : `${stderr}${failure.message}`;
      resolve({ status: isOwn ? status : undefined, stdout, stderr: why });
    });
    child.stdin?.on("error", () => {}); // it ended before it had read everything
    child.stdin?.end(input);
  });
}

/** Return the first line of what went wrong, without the word for how bad it is. */
function complaint(text) {
  const line = text.split(/\r?\n/).find((each) => each.trim()) ?? "it ended without a word";
  return line.replace(/^error: /, "");
}

module.exports = { complaint, run };
