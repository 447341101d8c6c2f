// The extension: starts `turnout lsp` of the workspace's Python, and runs its commands.
//
// It installs nothing, and starts nothing in a workspace that isn't trusted: what it would
// start is a program of that workspace.

"use strict";

const { execFile } = require("node:child_process");
const { access } = require("node:fs/promises");
const { delimiter, dirname, join } = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const WINDOWS = process.platform === "win32";
const NAME = WINDOWS ? "turnout.exe" : "turnout";
const SCRIPTS = WINDOWS ? "Scripts" : "bin";
const MISSING =
  "There is no `turnout` in the workspace's Python. Install it with `pip install 'turnout[lsp]'`, " +
  "or name it in the setting turnout.command.";

let client;

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("turnout.check", () => inTerminal("check")),
    vscode.commands.registerCommand("turnout.test", () => inTerminal("test")),
    vscode.commands.registerCommand("turnout.diff", () => inTerminal("diff", "HEAD")),
    vscode.commands.registerCommand("turnout.diagram", () => diagram(context)),
    vscode.commands.registerCommand("turnout.restart", restart),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("turnout.command")) restart();
    }),
  );
  await restart();
}

async function deactivate() {
  await client?.stop();
}

async function restart() {
  await client?.stop();
  client = undefined;
  if (!vscode.workspace.isTrusted) return;
  const command = await found();
  if (!command) {
    vscode.window.showWarningMessage(MISSING);
    return;
  }
  const tables = vscode.workspace.createFileSystemWatcher("**/*.{route,csv,toml}");
  client = new LanguageClient(
    "turnout",
    "Turnout",
    { command, args: ["lsp"] },
    {
      documentSelector: [{ language: "turnout" }, { scheme: "file", pattern: "**/*.csv" }],
      synchronize: { fileEvents: tables },
    },
  );
  await client.start();
}

// The setting, then virtual environments, then the interpreter that is chosen, then the path.
async function found() {
  const configured = vscode.workspace.getConfiguration("turnout").get("command");
  if (configured) return configured;
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri);
  const places = folders.flatMap((uri) =>
    [".venv", "venv", ".env", "env"].map((name) => join(uri.fsPath, name, SCRIPTS)),
  );
  const python = await interpreter(folders[0]);
  if (python) places.unshift(dirname(python));
  places.push(...(process.env.PATH ?? "").split(delimiter).filter(Boolean));
  for (const place of places) {
    const file = join(place, NAME);
    if (await access(file).then(() => true, () => false)) return file;
  }
  return undefined;
}

async function interpreter(uri) {
  const python = vscode.extensions.getExtension("ms-python.python");
  if (!python) return undefined;
  const api = python.isActive ? python.exports : await python.activate();
  return api?.environments?.getActiveEnvironmentPath(uri)?.path;
}

// The command and the saved file of the policy in front, undefined where there is none.
async function policy() {
  const document = vscode.window.activeTextEditor?.document;
  if (!vscode.workspace.isTrusted || document?.languageId !== "turnout") return undefined;
  await document.save();
  const command = await found();
  if (!command) vscode.window.showWarningMessage(MISSING);
  return command && { command, file: document.uri.fsPath };
}

async function inTerminal(...words) {
  const about = await policy();
  if (!about) return;
  // Started without a shell: a file's name is one argument, whatever stands in it.
  const shellArgs = [...words, about.file];
  const cwd = dirname(about.file);
  const name = `turnout ${words[0]}`;
  const task = new vscode.Task(
    { type: "turnout", command: words[0] },
    vscode.TaskScope.Workspace,
    name,
    "turnout",
    new vscode.ProcessExecution(about.command, shellArgs, { cwd }),
  );
  task.presentationOptions = { clear: true, focus: false };
  await vscode.tasks.executeTask(task);
}

async function diagram(context) {
  const about = await policy();
  if (!about) return;
  const panel = vscode.window.createWebviewPanel(
    "turnout.diagram",
    "Diagram",
    vscode.ViewColumn.Beside,
    { enableScripts: false, localResourceRoots: [] },
  );
  const draw = async () => {
    panel.webview.html = page(await drawn(about));
  };
  const saved = vscode.workspace.onDidSaveTextDocument((document) => {
    if (document.languageId === "turnout" || document.fileName.endsWith(".csv")) draw();
  });
  panel.onDidDispose(() => saved.dispose());
  context.subscriptions.push(saved);
  await draw();
}

// A policy's text is in the picture, so it is shown as an image, in which nothing runs.
function page(svg) {
  const data = Buffer.from(svg).toString("base64");
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">
    <img alt="The policy's diagram" style="max-width:100%" src="data:image/svg+xml;base64,${data}">`;
}

function drawn({ command, file }) {
  const words = ["diagram", file, "-o", "-", "--format", "svg", "--one-page", "--no-commit"];
  const options = { cwd: dirname(file), maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(command, words, options, (_failure, stdout) => resolve(stdout));
  });
}

module.exports = { activate, deactivate };
