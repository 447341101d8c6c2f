// The tests of the workspace's policies in the test explorer, run by `turnout test`.
//
// Which tests there are is told by the texts, as they are typed; what comes of them by the
// command, one run for each policy, with the files saved.

"use strict";

const { dirname, resolve } = require("node:path");
const vscode = require("vscode");
const { graph, mains, reach, textOf } = require("./policies");
const { complaint, run } = require("./running");
const { tests } = require("./texts");

class Explorer {
  constructor(server, subscriptions) {
    this.server = server;
    this.controller = vscode.tests.createTestController("turnout", "Turnout");
    this.controller.refreshHandler = () => this.discover();
    this.controller.createRunProfile(
      "Run",
      vscode.TestRunProfileKind.Run,
      (asked, token) => this.run(asked, token),
      true,
    );
    const files = vscode.workspace.createFileSystemWatcher("**/*.route");
    subscriptions.push(
      this.controller,
      files,
      files.onDidCreate((uri) => this.list(uri)),
      files.onDidChange((uri) => this.list(uri)),
      files.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
      vscode.workspace.onDidOpenTextDocument((document) => this.noticed(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.noticed(document)),
    );
  }

  async discover() {
    for (const path of (await graph()).keys()) await this.list(vscode.Uri.file(path));
  }

  async noticed(document) {
    if (document.languageId === "turnout" && document.uri.scheme === "file") {
      await this.list(document.uri);
    }
  }

  /** List the tests of a file anew, those that stay with what came of them. */
  async list(uri) {
    const text = await textOf(uri);
    const found = tests(text);
    const id = uri.toString();
    if (!found.length) return void this.controller.items.delete(id);
    const label = vscode.workspace.asRelativePath(uri);
    const file = this.controller.items.get(id) ?? this.controller.createTestItem(id, label, uri);
    this.controller.items.add(file);
    const place = placed(text);
    const numbers = new Map();
    const items = found.map(({ name, at, end }) => {
      // Two tests may have one name; they are told apart by their order.
      const number = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, number);
      const own = number > 1 ? `${name} (${number})` : name;
      const item = file.children.get(own) ?? this.controller.createTestItem(own, name, uri);
      item.range = new vscode.Range(place(at), place(end));
      return item;
    });
    file.children.replace(items);
  }

  async run(asked, token) {
    const going = this.controller.createTestRun(asked);
    const aborted = new AbortController();
    token.onCancellationRequested(() => aborted.abort());
    try {
      await vscode.workspace.saveAll(false);
      const wanted = this.wanted(asked);
      for (const item of wanted) going.enqueued(item);
      const files = await graph();
      const done = new Set();
      for (const main of new Set(wanted.flatMap((item) => mains(files, item.uri.fsPath)))) {
        if (token.isCancellationRequested) break;
        const paths = reach(files, main);
        const own = wanted.filter((item) => paths.includes(item.uri.fsPath) && !done.has(item));
        for (const item of own) done.add(item);
        await this.runPolicy(going, main, own, aborted.signal);
      }
    } finally {
      going.end();
    }
  }

  wanted(asked) {
    const left = new Set(asked.exclude ?? []);
    const items = [];
    const add = (item) => {
      if (left.has(item)) return;
      if (item.children.size) item.children.forEach(add);
      else if (item.parent) items.push(item);
    };
    if (asked.include) asked.include.forEach(add);
    else this.controller.items.forEach(add);
    return [...new Set(items)];
  }

  /** Run the tests of a policy and say of each item what came of it. */
  async runPolicy(going, main, items, signal) {
    const uri = vscode.Uri.file(main);
    const command = await this.server.commandFor(uri);
    for (const item of items) going.started(item);
    if (!command) return this.errored(going, items, "there is no turnout here");
    const cwd = dirname(main);
    const { status, stdout, stderr } = await run(
      command,
      ["test", main, "--format", "json"],
      { cwd, signal },
    );
    if (signal.aborted) return items.forEach((item) => going.skipped(item));
    const report = parsed(stdout);
    if (!report) {
      const why = stderr.trim() || complaint(stderr);
      return this.errored(going, items, why, status === undefined ? "could not be run: " : "");
    }
    for (const item of items) this.tell(going, item, report.tests, cwd);
    return undefined;
  }

  tell(going, item, results, cwd) {
    const line = item.range.start.line + 1;
    const isIts = ({ name, file, line: at }) =>
      name === item.label && at === line && resolve(cwd, file) === item.uri.fsPath;
    const result = results.find(isIts);
    if (!result) return going.skipped(item);
    if (result.passed) return going.passed(item);
    const messages = result.failures.map((failure) => {
      const message = new vscode.TestMessage(`${failure.actual}\n${failure.expected}`);
      const at = new vscode.Position(Math.max(failure.line - 1, 0), 0);
      message.location = new vscode.Location(item.uri, at);
      return message;
    });
    for (const { message } of messages) {
      going.appendOutput(`${item.label}\r\n  ${message.replaceAll("\n", "\r\n  ")}\r\n`);
    }
    return going.failed(item, messages);
  }

  errored(going, items, why, before = "") {
    going.appendOutput(`${why.replaceAll(/\r?\n/g, "\r\n")}\r\n`);
    for (const item of items) going.errored(item, new vscode.TestMessage(`${before}${why}`));
  }
}

function parsed(text) {
  try {
    const report = JSON.parse(text);
    return report.format === "turnout-tests" ? report : undefined;
  } catch {
    return undefined;
  }
}

/** Return what gives the position of an offset of a text. */
function placed(text) {
  const starts = [0];
  for (const found of text.matchAll(/\r\n|\r|\n/g)) starts.push(found.index + found[0].length);
  return (offset) => {
    let line = starts.length - 1;
    while (starts[line] > offset) line -= 1;
    return new vscode.Position(line, offset - starts[line]);
  };
}

module.exports = { Explorer };
