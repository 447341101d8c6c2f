// Which policies a file belongs to, by what the files of the workspace include.

"use strict";

const { dirname, resolve } = require("node:path");
const vscode = require("vscode");
const { includes } = require("./texts");

const FILES = "**/*.route";
const LEFT_OUT = "**/{node_modules,.venv,venv,site-packages}/**";
const MOST = 2000;

/** Return the text of a file as it stands on the screen, or else on the disk; "" if nowhere. */
async function textOf(uri) {
  const open = vscode.workspace.textDocuments.find((each) => each.uri.fsPath === uri.fsPath);
  if (open) return open.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return "";
  }
}

/** Return the policy files of the workspace with what each includes, by their paths. */
async function graph() {
  const uris = await vscode.workspace.findFiles(FILES, LEFT_OUT, MOST);
  const files = new Map();
  for (const uri of uris.filter(({ scheme }) => scheme === "file")) {
    const names = includes(await textOf(uri));
    files.set(uri.fsPath, names.map((name) => resolve(dirname(uri.fsPath), name)));
  }
  return files;
}

/** Return the files that a policy's main file reads, itself first. */
function reach(files, main) {
  const found = new Set([main]);
  for (const path of found) for (const each of files.get(path) ?? []) found.add(each);
  return [...found];
}

/** Return the main files of the policies that a file belongs to: those that none includes. */
function mains(files, path) {
  const included = new Set([...files.values()].flat());
  const roots = [...files.keys()].filter((each) => !included.has(each));
  const found = roots.filter((main) => reach(files, main).includes(path)).sort();
  return found.length ? found : [path];
}

/** Return the policy in front as the file that is shown, or undefined. */
function inFront() {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "turnout" && document.uri.scheme === "file" ? document : undefined;
}

module.exports = { graph, inFront, mains, reach, textOf };
