// The diagram beside the text: drawn anew as one types, its boxes lead to their lines, and the
// place of the cursor is marked in it.

"use strict";

const vscode = require("vscode");
const { inFront } = require("./policies");
const { beside, follow, theme } = require("./panel");

const PAUSE = 250;
const BODY = `
<header>
  <select id="route" hidden aria-label="Route"></select>
  <span id="said" role="status"></span>
  <button id="all" hidden>Show everything</button>
  <button id="try">Try a lead</button>
</header>
<main id="picture" tabindex="0"></main>`;

/** The one panel with a diagram. What it shows is `about`: a file, a route, a lead, a rule. */
class Diagram {
  constructor(context, server) {
    this.context = context;
    this.server = server;
    this.panel = undefined;
    this.about = {};
    this.timer = undefined;
    this.asked = undefined;
    context.subscriptions.push(
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.changed(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.changed(document)),
      vscode.window.onDidChangeActiveTextEditor(() => this.turned()),
      vscode.window.onDidChangeActiveColorTheme(() => this.later()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.mark(textEditor)),
      server.onDidChange(() => this.later()),
      { dispose: () => this.panel?.dispose() },
    );
  }

  /** Show the policy in front, or what is asked for: `{ uri, route?, rule?, lead?, at? }`. */
  async show(about) {
    const uri = about?.uri ?? inFront()?.uri.toString();
    if (!uri || !vscode.workspace.isTrusted) return;
    this.about = { ...about, uri };
    if (this.panel) this.panel.reveal(undefined, true);
    else this.open();
    await this.draw();
  }

  /** Where the way of a lead is shown, show that of this lead, without coming to the front. */
  async follow(about) {
    if (!this.panel || !this.about.lead) return;
    this.about = about;
    await this.draw();
  }

  open() {
    const made = { script: "diagram.js", body: BODY };
    this.panel = beside(this.context, "turnout.diagram", "Diagram", made);
    this.panel.webview.onDidReceiveMessage((message) => this.heard(message));
    this.panel.onDidDispose(() => {
      clearTimeout(this.timer);
      this.asked?.cancel();
      this.panel = undefined;
    });
  }

  async heard(message) {
    if (message.kind === "open") await follow(message.href);
    if (message.kind === "try") await vscode.commands.executeCommand("turnout.tryLead");
    if (message.kind === "route") await this.show({ uri: this.about.uri, route: message.route });
    if (message.kind === "all") {
      await this.show({ uri: this.about.uri, route: this.about.route });
    }
    if (message.kind === "ready") await this.draw();
  }

  changed(document) {
    if (document.languageId === "turnout" || /\.(csv|toml)$/.test(document.fileName)) this.later();
  }

  turned() {
    const document = inFront();
    if (!this.panel || !document || document.uri.toString() === this.about.uri) return;
    this.about = { uri: document.uri.toString() };
    this.later();
  }

  later() {
    if (!this.panel) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), PAUSE);
  }

  /** Draw, unless something newer is asked for meanwhile; a fault is said above the last one. */
  async draw() {
    this.asked?.cancel();
    const asked = new vscode.CancellationTokenSource();
    this.asked = asked;
    const { uri, route, rule, lead, at } = this.about;
    const name = lead ? "turnout.server.tryLead" : "turnout.server.diagram";
    const order = rule ? "turnout.server.showRule" : name;
    let answer;
    try {
      const about = { uri, route, rule, lead, at, theme: theme() };
      answer = await this.server.ask(order, about, asked.token);
    } catch (fault) {
      answer = { fault: fault.message };
    }
    if (asked !== this.asked || !this.panel) return;
    const part = lead ? "the way of the lead" : rule ? `rule ${rule}` : "";
    this.panel.title = answer.title ?? "Diagram";
    await this.panel.webview.postMessage({ kind: "picture", part, ...answer });
    this.mark(vscode.window.activeTextEditor);
  }

  /** Mark in the picture where the cursor is in the text. */
  mark(editor) {
    if (!this.panel || editor?.document.languageId !== "turnout") return;
    const file = editor.document.uri.toString(true);
    const line = editor.selection.active.line + 1;
    this.panel.webview.postMessage({ kind: "mark", file, line });
  }
}

module.exports = { Diagram };
