// The language server: found, started, begun anew, and what to do where it can't be started.

"use strict";

const { basename, dirname, join } = require("node:path");
const vscode = require("vscode");
const { LanguageClient, State } = require("vscode-languageclient/node");
const { found } = require("./finding");
const { complaint, run } = require("./running");

const DOCUMENTS = [{ language: "turnout" }, { scheme: "file", pattern: "**/*.csv" }];
const GUIDE = "https://OWNER.github.io/turnout/guides/editors/";
const PACKAGE = "turnout";

/** The server of a workspace. It is there once a trusted folder has a `turnout`. */
class Server {
  constructor() {
    this.client = undefined;
    this.command = undefined;
    this.turn = Promise.resolve();
    this.changed = new vscode.EventEmitter();
    this.onDidChange = this.changed.event;
    this.output = vscode.window.createOutputChannel("Turnout");
    this.watcher = vscode.workspace.createFileSystemWatcher("**/*.{route,csv,toml}");
    this.status = vscode.languages.createLanguageStatusItem("turnout", DOCUMENTS[0]);
    this.status.name = "Turnout";
    this.middleware = {};
  }

  /** Stop what runs and start anew; one after another, however often it is asked for. */
  restart() {
    this.turn = this.turn.then(() => this.stop()).then(() => this.start());
    return this.turn;
  }

  async start() {
    if (!vscode.workspace.isTrusted) return this.say("not started: the workspace isn't trusted");
    const { command, missing } = await this.find();
    this.command = command;
    if (!command) return this.miss(missing);
    const client = new LanguageClient(
      "turnout",
      "Turnout",
      { command, args: ["lsp"], options: { cwd: folders()[0]?.uri.fsPath } },
      {
        documentSelector: DOCUMENTS,
        synchronize: { fileEvents: this.watcher },
        outputChannel: this.output,
        middleware: this.middleware,
        // What went wrong is told below, with what to do about it.
        initializationFailedHandler: () => false,
      },
    );
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) this.say(command);
      if (newState === State.Stopped && this.client === client) this.say("stopped");
    });
    this.client = client;
    try {
      await client.start();
    } catch (failure) {
      this.client = undefined;
      await this.refuse(command, failure);
    }
    this.changed.fire();
    return undefined;
  }

  async stop() {
    const client = this.client;
    this.client = undefined;
    // A server that has just died can't say goodbye; there is nothing left to stop then.
    await client?.stop().catch(() => {});
  }

  /** Return the `turnout` of the first folder that has one, or what was looked for in vain. */
  async find(only) {
    const configured = vscode.workspace.getConfiguration("turnout").get("command") || undefined;
    const asked = only ? [only] : folders();
    for (const folder of asked.length ? asked : [undefined]) {
      const command = await found({
        configured,
        interpreter: await interpreter(folder?.uri),
        folder: folder?.uri.fsPath,
      });
      if (command) return { command };
    }
    return { missing: configured };
  }

  /** Return the command for a file, or undefined; then it has been said what to do. */
  async commandFor(uri) {
    if (!vscode.workspace.isTrusted) return undefined;
    const { command, missing } = await this.find(vscode.workspace.getWorkspaceFolder(uri));
    if (!command) this.miss(missing);
    return command;
  }

  /** Ask the server; rejects with why it can't answer, in words for whoever asked. */
  async ask(name, about, token) {
    if (!this.client) throw new Error("the language server isn't running");
    const provider = this.client.initializeResult?.capabilities.executeCommandProvider;
    if (!provider?.commands.includes(name)) {
      throw new Error(`the workspace's turnout is too old for this: it has no ${name}`);
    }
    const asked = { command: name, arguments: [about] };
    // The library takes whatever follows for parameters, an undefined token, too.
    return this.client.sendRequest("workspace/executeCommand", asked, ...(token ? [token] : []));
  }

  miss(configured) {
    this.say("not found");
    const said = configured
      ? `The setting turnout.command names \`${configured}\`, which isn't a program here.`
      : "There is no turnout in this workspace's Python, its virtual environments or the path. " +
        `Install it there: pip install ${PACKAGE}.`;
    this.tell(said, `pip install ${PACKAGE}`);
  }

  /** Say why a server ended before it began: mostly it is none yet. */
  async refuse(command, failure) {
    this.say("can't be started");
    const ended = await run(command, ["lsp"], { signal: AbortSignal.timeout(10_000) });
    this.output.appendLine(ended.stderr || String(failure));
    const python = join(dirname(command), basename(command).replace("turnout", "python"));
    if (/No such command/.test(ended.stderr)) {
      const upgrade = `"${python}" -m pip install --upgrade ${PACKAGE}`;
      this.tell(`${command} is too old to have a language server: ${upgrade}.`, upgrade);
    } else {
      const why = complaint(ended.stderr || String(failure.message ?? failure));
      this.tell(`${command} can't serve the editor: ${why}`);
    }
  }

  /** Tell it with what can be done about it; nobody waits for the answer. */
  tell(said, install) {
    const copy = "Copy the command";
    const actions = [...(install ? [copy] : []), "Choose a turnout", "Try again", "Help"];
    vscode.window.showWarningMessage(said, ...actions).then((chosen) => {
      if (chosen === copy) vscode.env.clipboard.writeText(install);
      if (chosen === "Choose a turnout") {
        vscode.commands.executeCommand("workbench.action.openSettings", "turnout.command");
      }
      if (chosen === "Try again") this.restart();
      if (chosen === "Help") vscode.env.openExternal(vscode.Uri.parse(GUIDE));
    });
  }

  say(detail) {
    this.status.text = "Turnout";
    this.status.detail = detail;
    this.status.severity = vscode.LanguageStatusSeverity[this.client ? "Information" : "Warning"];
    this.status.command = { title: "Restart", command: "turnout.restart" };
  }

  async dispose() {
    await this.stop();
    for (const each of [this.status, this.watcher, this.output, this.changed]) each.dispose();
  }
}

function folders() {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
}

/** Return the interpreter that the Python extension has chosen, where there is one. */
async function interpreter(uri) {
  const environments = await pythons();
  const active = environments?.getActiveEnvironmentPath(uri);
  if (!active) return undefined;
  const resolved = await environments.resolveEnvironment?.(active);
  return resolved?.executable?.uri?.fsPath ?? active.path;
}

async function pythons() {
  const python = vscode.extensions.getExtension("ms-python.python");
  if (!python) return undefined;
  try {
    return (python.isActive ? python.exports : await python.activate())?.environments;
  } catch {
    return undefined; // its trouble is not ours
  }
}

/** Call back when another interpreter is chosen. */
async function onInterpreter(act, subscriptions) {
  const changed = (await pythons())?.onDidChangeActiveEnvironmentPath?.(act);
  if (changed) subscriptions.push(changed);
}

module.exports = { Server, onInterpreter };
