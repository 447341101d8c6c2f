// The panel "try a lead": a form of the policy's fields, and what becomes of what is written in.

"use strict";

const { dirname, resolve } = require("node:path");
const vscode = require("vscode");
const { inFront, textOf } = require("./policies");
const { beside, reveal } = require("./panel");
const { fields, includes, routes } = require("./texts");

const BODY = `
<header><strong id="file"></strong> <select id="route" hidden aria-label="Route"></select></header>
<form id="lead"><div id="fields"></div>
<label class="field"><span>decided at</span><input id="moment" type="datetime-local"></label>
<p><button type="submit">Try it</button> <button type="button" id="way">Show its way</button>
<button type="button" id="copy">Copy as a test</button></p></form>
<p id="fault" role="alert" hidden></p>
<section id="answer" hidden><h2 id="title"></h2><button id="rule" hidden>Show the rule</button>
<pre id="text"></pre></section>`;

/** The one panel in which a lead is tried, and what it was tried with last. */
class TryLead {
  constructor(context, server, diagram) {
    this.context = context;
    this.server = server;
    this.diagram = diagram;
    this.panel = undefined;
    this.uri = undefined;
    this.place = undefined;
    this.number = 0;
    context.subscriptions.push(
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.changed(document)),
      { dispose: () => this.panel?.dispose() },
    );
  }

  async show() {
    const uri = inFront()?.uri ?? (this.diagram.about.uri && vscode.Uri.parse(this.diagram.about.uri));
    if (!uri || !vscode.workspace.isTrusted) return;
    this.uri = uri;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      await this.form();
      return;
    }
    const made = { script: "lead.js", body: BODY };
    this.panel = beside(this.context, "turnout.lead", "Try a lead", made);
    this.panel.webview.onDidReceiveMessage((message) => this.heard(message));
    this.panel.onDidDispose(() => (this.panel = undefined));
  }

  async heard(message) {
    if (message.kind === "ready") await this.form();
    if (message.kind === "try") await this.decide(message);
    if (message.kind === "way") {
      const { lead, at, route } = message;
      await this.diagram.show({ uri: this.uri.toString(), route, lead, at: moment(at) });
    }
    if (message.kind === "rule" && this.place) {
      await reveal(vscode.Uri.parse(this.place.uri), this.place.range.start.line);
    }
    if (message.kind === "copy") await this.copy(message);
  }

  /** Ask for the fields that the policy has now; what was written in stays. */
  async form() {
    const texts = await this.texts();
    const found = texts.map(fields).find((each) => each.length) ?? [];
    const file = vscode.workspace.asRelativePath(this.uri);
    const named = texts.flatMap(routes);
    await this.panel?.webview.postMessage({ kind: "form", file, fields: found, routes: named });
  }

  /** Return the text of the file in front, and of all that it includes. */
  async texts() {
    const seen = new Set([this.uri.fsPath]);
    const found = [];
    for (const path of seen) {
      const text = await textOf(vscode.Uri.file(path));
      found.push(text);
      for (const name of includes(text)) seen.add(resolve(dirname(path), name));
    }
    return found;
  }

  changed(document) {
    if (!this.panel || document.languageId !== "turnout") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.panel?.webview.postMessage({ kind: "again" }), 400);
  }

  async decide({ lead, at, route }) {
    const number = (this.number += 1);
    let answer;
    try {
      const about = { uri: this.uri.toString(), route, lead, at: moment(at) };
      answer = await this.server.ask("turnout.server.tryLead", about);
    } catch (fault) {
      answer = { fault: fault.message };
    }
    if (number !== this.number) return;
    this.place = answer.at ?? undefined;
    const { fault, title } = answer;
    const text = plain(answer.text);
    const hasRule = Boolean(this.place);
    await this.panel?.webview.postMessage({ kind: "answer", fault, title, text, hasRule });
    if (!fault) {
      const uri = this.uri.toString();
      await this.diagram.follow({ uri, lead, route, at: moment(at) });
    }
  }

  /** Put a test with this lead on the clipboard, with what becomes of it now. */
  async copy({ lead, at, route }) {
    try {
      const about = { uri: this.uri.toString(), route, lead, at: moment(at) };
      const { explanation } = await this.server.ask("turnout.server.tryLead", about);
      await vscode.env.clipboard.writeText(asTest(lead, explanation.decision));
      vscode.window.setStatusBarMessage("The test is on the clipboard.", 4000);
    } catch (fault) {
      await this.panel?.webview.postMessage({ kind: "answer", fault: fault.message });
    }
  }
}

/** Return a text of a terminal without its colours. */
function plain(text) {
  return text?.replaceAll(/\u001b\[[0-9;]*m/g, "");
}

/** Return a moment with its time zone: what a form says is meant here. */
function moment(at) {
  const found = at ? new Date(at) : undefined;
  return found && !Number.isNaN(found.valueOf()) ? found.toISOString() : undefined;
}

/** Return a test of the language with a lead, as it was decided. */
function asTest(lead, decision) {
  const quoted = (value) => JSON.stringify(String(value));
  const written = (value) => (Array.isArray(value) ? `[${value.map(quoted).join(", ")}]` : quoted(value));
  const values = Object.entries(lead).map(([name, value]) => `    ${name}: ${written(value)},`);
  const at = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(decision.at);
  const rule = /^[\p{L}\p{N}_-]+$/u.test(decision.rule ?? "") ? decision.rule : quoted(decision.rule);
  return [
    `test ${quoted(`a lead for ${decision.by}`)} {`,
    ...(at ? [`  at ${at[1]} ${at[2]} "UTC"`] : []),
    "  lead {",
    ...values,
    "  }",
    decision.rule ? `  expect rule ${rule}` : "  expect fallback",
    "}",
    "",
  ].join("\n");
}

module.exports = { TryLead, asTest };
