// The extension: what it starts, and what its commands do.
//
// It installs nothing, and starts nothing in a workspace that isn't trusted: what it would
// start is a program of that workspace.

"use strict";

const vscode = require("vscode");
const { Diagram } = require("./src/diagram");
const { Explorer } = require("./src/explorer");
const { TryLead } = require("./src/lead");
const { Server, onInterpreter } = require("./src/server");
const { Tasks } = require("./src/tasks");

let server;

async function activate(context) {
  server = new Server();
  const diagram = new Diagram(context, server);
  const lead = new TryLead(context, server, diagram);
  const explorer = new Explorer(server, context.subscriptions);
  new Tasks(server).register(context.subscriptions);
  server.middleware.executeCommand = (name, said, next) => lens(diagram, name, said, next);
  const restart = () => server.restart();
  context.subscriptions.push(
    server,
    vscode.commands.registerCommand("turnout.diagram", (about) => diagram.show(asked(about))),
    vscode.commands.registerCommand("turnout.tryLead", () => lead.show()),
    vscode.commands.registerCommand("turnout.restart", restart),
    vscode.commands.registerCommand("turnout.output", () => server.output.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeWorkspaceFolders(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("turnout.command")) restart();
    }),
  );
  await Promise.all([server.restart(), explorer.discover()]);
  await onInterpreter(restart, context.subscriptions);
}

async function deactivate() {
  await server?.stop();
}

// A button of the editor's title says its file, and nothing of a diagram.
function asked(about) {
  return about?.scheme ? { uri: about.toString() } : about;
}

// The lens above a rule shows its way: here there is a better place for that than a message.
function lens(diagram, name, said, next) {
  const [about] = said;
  if (name !== "turnout.server.showRule" || !about?.tell) return next(name, said);
  return diagram.show({ uri: about.uri, route: about.route, rule: about.rule });
}

module.exports = { activate, deactivate };
