// The commands of the palette that run in a terminal, and the same as tasks of `tasks.json`.

"use strict";

const { dirname } = require("node:path");
const vscode = require("vscode");
const { graph, inFront, mains } = require("./policies");

const MATCHER = "$turnout";
const LEADS = { "Leads": ["csv", "tsv", "json", "jsonl", "ndjson", "xlsx", "xls", "ods", "parquet"] };

class Tasks {
  constructor(server) {
    this.server = server;
  }

  register(subscriptions) {
    const commands = {
      "turnout.check": () => this.inFront(["check", "--format", "compact"]),
      "turnout.checkAll": () => this.everything(["check", "--format", "compact"]),
      "turnout.test": () => this.inFront(["test", "--verbose"]),
      "turnout.diff": () => this.inFront(["diff", "HEAD"]),
      "turnout.simulate": () => this.simulate(),
    };
    for (const [name, act] of Object.entries(commands)) {
      subscriptions.push(vscode.commands.registerCommand(name, act));
    }
    subscriptions.push(vscode.tasks.registerTaskProvider("turnout", this));
  }

  /** Offer the check and the tests of each folder. */
  async provideTasks() {
    if (!vscode.workspace.isTrusted) return [];
    const offered = [];
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const { command } = await this.server.find(folder);
      if (!command) continue;
      for (const name of ["check", "test"]) {
        offered.push(task({ type: "turnout", command: name }, folder, command, folder.uri.fsPath));
      }
    }
    return offered;
  }

  /** Complete a task of `tasks.json`: `{ "type": "turnout", "command": ..., "args": [...] }`. */
  async resolveTask(asked) {
    const folder = typeof asked.scope === "object" ? asked.scope : vscode.workspace.workspaceFolders?.[0];
    if (!vscode.workspace.isTrusted || !folder) return undefined;
    const { command } = await this.server.find(folder);
    return command && task(asked.definition, folder, command, folder.uri.fsPath);
  }

  async inFront(words, ...more) {
    const document = inFront();
    if (!document || !(await this.saved())) return;
    const main = await chosenMain(document.uri.fsPath);
    const command = main && (await this.server.commandFor(vscode.Uri.file(main)));
    if (!command) return;
    const definition = { type: "turnout", command: words[0], args: [...words.slice(1), main, ...more] };
    await begun(task(definition, scope(document.uri), command, dirname(main)));
  }

  async everything(words) {
    const folder = vscode.workspace.workspaceFolders?.[0];
    if (!folder || !(await this.saved())) return;
    const command = await this.server.commandFor(folder.uri);
    if (!command) return;
    const definition = { type: "turnout", command: words[0], args: words.slice(1) };
    await begun(task(definition, folder, command, folder.uri.fsPath));
  }

  async simulate() {
    const document = inFront();
    if (!document || !vscode.workspace.isTrusted) return;
    const asked = {
      defaultUri: vscode.Uri.file(dirname(document.uri.fsPath)),
      filters: LEADS,
      openLabel: "Simulate",
      title: "Leads that the policy is tried with",
    };
    const [leads] = (await vscode.window.showOpenDialog(asked)) ?? [];
    if (leads) await this.inFront(["simulate"], leads.fsPath);
  }

  /** Save the texts: a command reads files. */
  async saved() {
    return vscode.workspace.isTrusted && vscode.workspace.saveAll(false).then(() => true);
  }
}

/** Return the policy that a file belongs to, asking where it belongs to several. */
async function chosenMain(path) {
  const found = mains(await graph(), path);
  if (found.length === 1) return found[0];
  const items = found.map((main) => ({ label: vscode.workspace.asRelativePath(main), main }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Of which policy?" });
  return chosen?.main;
}

function scope(uri) {
  return vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace;
}

// Without a shell: a file's name is one argument, whatever stands in it.
function task(definition, where, command, cwd) {
  const args = definition.args ?? (definition.command === "check" ? ["--format", "compact"] : []);
  const execution = new vscode.ProcessExecution(command, [definition.command, ...args], { cwd });
  const name = definition.command;
  const made = new vscode.Task(definition, where, name, "turnout", execution, MATCHER);
  made.presentationOptions = { clear: true, focus: false };
  made.group = { check: vscode.TaskGroup.Build, test: vscode.TaskGroup.Test }[name];
  return made;
}

async function begun(made) {
  await vscode.tasks.executeTask(made);
}

module.exports = { Tasks };
