// Where the workspace's `turnout` stands. Nothing is started here, and nothing installed.

"use strict";

const { constants } = require("node:fs");
const { access, readdir } = require("node:fs/promises");
const { homedir } = require("node:os");
const { delimiter, dirname, isAbsolute, join } = require("node:path");

const WINDOWS = process.platform === "win32";
const NAME = WINDOWS ? "turnout.exe" : "turnout";
const SCRIPTS = WINDOWS ? "Scripts" : "bin";
const USUAL = [".venv", "venv", ".env", "env"];

/**
 * Return the file of the command, or undefined where there is none.
 *
 * Asked in this order: the setting; the interpreter that the Python extension has chosen;
 * virtual environments in the folder; those that the editor was started in (`VIRTUAL_ENV`,
 * `CONDA_PREFIX`); the path. A setting that names nothing is not passed over: who set it
 * wants to hear of that.
 *
 * @param {{ configured?: string, interpreter?: string, folder?: string,
 *   environment?: Record<string, string | undefined> }} asked
 * @returns {Promise<string | undefined>}
 */
async function found({ configured, interpreter, folder, environment = process.env }) {
  if (configured) {
    const file = expanded(configured, folder);
    return (await isProgram(file)) ? file : undefined;
  }
  for (const place of await places({ interpreter, folder, environment })) {
    const file = join(place, NAME);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function places({ interpreter, folder, environment }) {
  const listed = [];
  // Conda for Windows has its python above the scripts, everybody else beside them.
  if (interpreter) listed.push(dirname(interpreter), join(dirname(interpreter), SCRIPTS));
  if (folder) listed.push(...(await environments(folder)).map((name) => join(folder, name, SCRIPTS)));
  for (const name of ["VIRTUAL_ENV", "CONDA_PREFIX"]) {
    if (environment[name]) listed.push(join(environment[name], SCRIPTS));
  }
  listed.push(...(environment.PATH ?? environment.Path ?? "").split(delimiter).filter(isAbsolute));
  return listed;
}

// The usual names first; then every folder that says that it is a virtual environment.
async function environments(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // A virtual environment may be a link, as several checkouts that share one have it.
  const within = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  const names = within.map((entry) => entry.name).sort();
  const others = [];
  for (const name of names.filter((each) => !USUAL.includes(each))) {
    if (await exists(join(folder, name, "pyvenv.cfg"))) others.push(name);
  }
  return [...USUAL.filter((name) => names.includes(name)), ...others];
}

function expanded(configured, folder) {
  const home = configured.replace(/^~(?=[\\/])/, homedir());
  const file = home.replaceAll("${workspaceFolder}", folder ?? "");
  return isAbsolute(file) || !folder ? file : join(folder, file);
}

function exists(file) {
  return access(file).then(() => true, () => false);
}

function isProgram(file) {
  return access(file, WINDOWS ? constants.F_OK : constants.X_OK).then(() => true, () => false);
}

module.exports = { found };
