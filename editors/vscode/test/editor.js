// An editor made of what the extension asks of `vscode`: enough to drive it without one. The
// language server behind it is the real one; only the library that speaks to it is stood in
// for by a few lines, so that nothing has to be installed.

"use strict";

const { spawn } = require("node:child_process");
const { readFileSync, readdirSync } = require("node:fs");
const Module = require("node:module");
const { join, relative } = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");

class Uri {
  constructor(url) {
    this.url = url;
    this.scheme = url.protocol.slice(0, -1);
    this.authority = url.host;
    this.path = decodeURIComponent(url.pathname);
    this.fragment = url.hash.slice(1);
  }
  get fsPath() {
    return fileURLToPath(new URL(this.url.pathname, "file:"));
  }
  with({ fragment }) {
    const url = new URL(this.url);
    url.hash = fragment;
    return new Uri(url);
  }
  toString() {
    return this.url.href;
  }
  static file(path) {
    return new Uri(pathToFileURL(path));
  }
  static parse(text) {
    return new Uri(new URL(text));
  }
  static joinPath(uri, ...parts) {
    return Uri.file(join(uri.fsPath, ...parts));
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}
class Range {
  constructor(start, end) {
    Object.assign(this, { start, end });
  }
}
class Items extends Map {
  add(item) {
    this.set(item.id, item);
    item.parent = this.parent;
  }
  replace(items) {
    this.clear();
    items.forEach((item) => this.add(item));
  }
  forEach(act) {
    [...this.values()].forEach(act);
  }
}

class Emitter {
  constructor() {
    this.heard = [];
    this.event = (act) => {
      this.heard.push(act);
      return { dispose: () => (this.heard = this.heard.filter((each) => each !== act)) };
    };
  }
  fire(value) {
    return Promise.all(this.heard.map((act) => act(value)));
  }
  dispose() {}
}

/** An editor with one folder open. `settings` are those of `turnout.`. */
class Editor {
  constructor(folder, { settings = {}, isTrusted = true, python } = {}) {
    this.folder = folder;
    this.settings = settings;
    this.commands = new Map();
    this.messages = [];
    this.panels = [];
    this.tasks = [];
    this.runs = [];
    this.shown = [];
    this.clipboard = "";
    this.documents = [];
    this.clients = [];
    this.events = new Proxy({}, { get: (all, name) => (all[name] ??= new Emitter()) });
    this.subscriptions = [];
    this.isTrusted = isTrusted;
    this.python = python;
    this.vscode = this.made();
  }

  made() {
    const editor = this;
    const nothing = { dispose() {} };
    const on = (name) => editor.events[name].event;
    const watcher = () => ({
      onDidCreate: on("created"), onDidChange: on("changed"), onDidDelete: on("deleted"), ...nothing,
    });
    const folders = [{ uri: Uri.file(this.folder), name: "folder", index: 0 }];
    return {
      Uri, Position, Range, EventEmitter: Emitter,
      Location: class { constructor(uri, range) { Object.assign(this, { uri, range }); } },
      TestMessage: class { constructor(message) { this.message = message; } },
      TestRunProfileKind: { Run: 1 },
      LanguageStatusSeverity: { Information: 0, Warning: 1 },
      ColorThemeKind: { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 },
      ViewColumn: { One: 1, Beside: -2 },
      TaskScope: { Workspace: 2 },
      TaskGroup: { Build: "build", Test: "test" },
      Task: class { constructor(...parts) { this.parts = parts; [this.definition, , , , this.execution] = parts; } },
      ProcessExecution: class { constructor(process, args, options) { Object.assign(this, { process, args, options }); } },
      CancellationTokenSource: class { constructor() { this.token = {}; } cancel() { this.token.isCancelled = true; } },
      commands: {
        registerCommand: (name, act) => (editor.commands.set(name, act), nothing),
        executeCommand: (name, ...said) => editor.commands.get(name)?.(...said),
      },
      env: { clipboard: { writeText: async (text) => (editor.clipboard = text) }, openExternal() {} },
      extensions: { getExtension: () => editor.python },
      languages: { createLanguageStatusItem: () => (editor.status = { ...nothing }) },
      tasks: {
        registerTaskProvider: (_, provider) => (editor.provider = provider, nothing),
        executeTask: async (task) => editor.tasks.push(task),
      },
      tests: { createTestController: () => editor.controller() },
      window: {
        activeColorTheme: { kind: 1 }, visibleTextEditors: [],
        get activeTextEditor() { return editor.active; },
        createOutputChannel: () => ({ appendLine() {}, show() {}, ...nothing }),
        createWebviewPanel: (kind, title) => editor.panel(kind, title),
        onDidChangeActiveColorTheme: on("theme"),
        onDidChangeActiveTextEditor: on("turned"),
        onDidChangeTextEditorSelection: on("selected"),
        setStatusBarMessage() {},
        showOpenDialog: async () => [Uri.file(join(editor.folder, "leads.csv"))],
        showQuickPick: async (items) => items[0],
        showTextDocument: async (document, how) => editor.shown.push({ document, ...how }),
        showWarningMessage: async (said, ...actions) => void editor.messages.push({ said, actions }),
      },
      workspace: {
        get isTrusted() { return editor.isTrusted; },
        workspaceFolders: folders,
        get textDocuments() { return editor.documents; },
        asRelativePath: (path) => relative(editor.folder, path.fsPath ?? path),
        createFileSystemWatcher: watcher,
        findFiles: async () => readdirSync(editor.folder, { recursive: true })
          .filter((name) => name.endsWith(".route")).map((name) => Uri.file(join(editor.folder, name))),
        fs: { readFile: async (uri) => readFileSync(uri.fsPath) },
        getConfiguration: () => ({ get: (name) => editor.settings[name] }),
        getWorkspaceFolder: () => folders[0],
        onDidChangeConfiguration: on("configured"),
        onDidChangeTextDocument: on("edited"),
        onDidChangeWorkspaceFolders: on("folders"),
        onDidGrantWorkspaceTrust: on("trusted"),
        onDidOpenTextDocument: on("opened"),
        onDidSaveTextDocument: on("saved"),
        openTextDocument: async (uri) => editor.document(uri.fsPath),
        saveAll: async () => true,
      },
    };
  }

  controller() {
    const made = (id, label, uri) => {
      const item = { id, label, uri, children: new Items() };
      item.children.parent = item;
      return item;
    };
    this.tests = {
      items: new Items(),
      createTestItem: made,
      createRunProfile: (_, __, run) => (this.runTests = run),
      createTestRun: () => {
        const run = { results: new Map(), output: "" };
        const say = (state) => (item, messages) => run.results.set(item.label, { state, messages });
        for (const state of ["passed", "failed", "errored", "skipped", "started", "enqueued"]) run[state] = say(state);
        run.appendOutput = (text) => (run.output += text);
        run.end = () => this.runs.push(run);
        return run;
      },
      dispose() {},
    };
    return this.tests;
  }

  panel(kind, title) {
    const heard = new Emitter();
    const closed = new Emitter();
    const panel = {
      kind, title, posted: [], say: (message) => heard.fire(message),
      webview: {
        cspSource: "https://csp.example", html: "",
        asWebviewUri: (uri) => uri,
        onDidReceiveMessage: heard.event,
        postMessage: async (message) => panel.posted.push(message),
      },
      onDidDispose: closed.event, reveal() {}, dispose: () => closed.fire(),
      last: (of) => panel.posted.filter((each) => each.kind === of).at(-1),
    };
    this.panels.push(panel);
    return panel;
  }

  document(path) {
    const known = this.documents.find((each) => each.uri.fsPath === path);
    if (known) return known;
    const document = {
      uri: Uri.file(path), fileName: path, text: readFileSync(path, "utf8"), version: 1,
      languageId: path.endsWith(".route") ? "turnout" : "csv",
      getText: () => document.text,
      get lineCount() { return document.text.split("\n").length; },
      lineAt: (line) => ({ range: new Range(new Position(line, 0), new Position(line, 0)) }),
    };
    this.documents.push(document);
    return document;
  }

  /** Put a file in front, as the extension and the server see it. */
  open(name) {
    const document = this.document(join(this.folder, name));
    this.active = { document, selection: { active: new Position(0, 0) } };
    for (const client of this.clients) client.open(document);
    return document;
  }

  /** Change the text on the screen and not on the disk. */
  async edit(document, text) {
    document.text = text;
    document.version += 1;
    for (const client of this.clients) client.change(document);
    await this.events.edited.fire({ document });
  }

  /** Load the extension into this editor. */
  async activate(file) {
    const editor = this;
    const load = Module._load;
    Module._load = (name, ...more) => {
      if (name === "vscode") return editor.vscode;
      if (name === "vscode-languageclient/node") return { LanguageClient: clientOf(editor), State: { Running: 2, Stopped: 1 } };
      return load(name, ...more);
    };
    try {
      for (const name of Object.keys(require.cache)) if (!name.includes("/test/")) delete require.cache[name];
      this.extension = require(file);
    } finally {
      Module._load = load;
    }
    const extensionUri = Uri.file(join(file, ".."));
    await this.extension.activate({ extensionUri, subscriptions: this.subscriptions });
  }

  async close() {
    await this.extension?.deactivate();
  }
}

/** The protocol in a few lines: requests with their answers, and notifications. */
function clientOf(editor) {
  return class {
    constructor(_id, _name, { command, args }, options) {
      Object.assign(this, { command, args, options, waiting: new Map(), number: 0, found: new Map() });
      editor.clients.push(this);
    }
    onDidChangeState(act) {
      this.changed = act;
    }
    async start() {
      this.child = spawn(this.command, this.args, { stdio: ["pipe", "pipe", "ignore"] });
      this.child.on("error", (failure) => this.ended(failure));
      this.child.on("exit", () => this.ended(new Error("the server ended")));
      this.child.stdin.on("error", () => {});
      let rest = Buffer.alloc(0);
      this.child.stdout.on("data", (data) => {
        rest = Buffer.concat([rest, data]);
        for (;;) {
          const head = /^Content-Length: (\d+)[^]*?\r\n\r\n/.exec(rest.toString("latin1"));
          const end = head && head[0].length + Number(head[1]);
          if (!head || rest.length < end) return;
          this.heard(JSON.parse(rest.subarray(head[0].length, end)));
          rest = rest.subarray(end);
        }
      });
      const rootUri = pathToFileURL(editor.folder).href;
      const workspaceFolders = [{ uri: rootUri, name: "folder" }];
      const asked = { processId: process.pid, rootUri, workspaceFolders, capabilities: {} };
      this.initializeResult = await this.sendRequest("initialize", asked);
      this.send({ method: "initialized", params: {} });
      this.changed?.({ newState: 2 });
      editor.documents.forEach((document) => this.open(document));
    }
    ended(failure) {
      this.isEnded = true;
      for (const { reject } of this.waiting.values()) reject(failure);
      this.waiting.clear();
    }
    heard({ id, method, params, result, error }) {
      if (method === "textDocument/publishDiagnostics") this.found.set(params.uri, params.diagnostics);
      if (method && id !== undefined) return this.send({ id, result: null });
      const asked = this.waiting.get(id);
      if (!asked) return undefined;
      this.waiting.delete(id);
      return error ? asked.reject(new Error(error.message)) : asked.resolve(result);
    }
    send(message) {
      const text = JSON.stringify({ jsonrpc: "2.0", ...message });
      this.child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    }
    sendRequest(method, params, ...more) {
      if (more.some((token) => token === undefined)) throw new Error("undefined is no token");
      const id = (this.number += 1);
      return new Promise((resolve, reject) => {
        if (this.isEnded) return reject(new Error("the server ended"));
        this.waiting.set(id, { resolve, reject });
        return this.send({ id, method, params });
      });
    }
    open({ uri, languageId, version, text }) {
      this.send({ method: "textDocument/didOpen", params: { textDocument: { uri: `${uri}`, languageId, version, text } } });
    }
    change({ uri, version, text }) {
      const params = { textDocument: { uri: `${uri}`, version }, contentChanges: [{ text }] };
      this.send({ method: "textDocument/didChange", params });
    }
    async stop() {
      if (this.isEnded) return;
      await this.sendRequest("shutdown");
      this.send({ method: "exit" });
      await new Promise((resolve) => (this.child.exitCode === null ? this.child.on("exit", resolve) : resolve()));
    }
  };
}

module.exports = { Editor };
