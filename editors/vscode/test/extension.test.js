// The extension without an editor, against the real command: TURNOUT names it. Run by
// `node --test`, which `pytest tests/project/test_editor_extension.py` does, too.

"use strict";

const assert = require("node:assert/strict");
const { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const test = require("node:test");
const { Editor } = require("./editor");

const EXTENSION = join(__dirname, "..", "extension.js");
const TURNOUT = process.env.TURNOUT;
const POLICY = `include "people.route"
lead {
  id:       text required
  country:  country missing when ["-", "a } b"]  # not: this
  source:   one of [demo, "trade fair", content]
  wants:    any of [core, analytics]
  consent:  boolean
}
queue triage
route inbound {
  rule germans {
    when country is DE
    to   round-robin sales
  }
  fallback to queue triage
}
`;
const PEOPLE = "person ana\nteam sales { ana }\n";
const TESTS = `include "inbound.route"
test "germans go to sales" {
  lead { id: "1", country: DE }
  expect rule germans
}
# test "this is none" { }
test "nobody else" {
  lead { id: "2", country: FR }
  expect rule germans
}
`;

process.env.PATH = "/usr/bin:/bin"; // no turnout of the machine's
delete process.env.VIRTUAL_ENV;
delete process.env.CONDA_PREFIX;

function folder(t) {
  const made = mkdtempSync(join(tmpdir(), "turnout "));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(made, "inbound.route"), POLICY);
  writeFileSync(join(made, "people.route"), PEOPLE);
  writeFileSync(join(made, "tests.route"), TESTS);
  return made;
}

async function editor(t, made, more) {
  const opened = new Editor(made, more);
  t.after(() => opened.close());
  await opened.activate(EXTENSION);
  return opened;
}

function environment(made, name) {
  const scripts = join(made, name, "bin");
  mkdirSync(scripts, { recursive: true });
  symlinkSync(TURNOUT, join(scripts, "turnout"));
  return join(scripts, "turnout");
}

// Says good day and good-bye, for what is about no more than that: Python starts slowly.
const POLITE = `
  let rest = "";
  process.stdin.on("data", (data) => {
    rest += data;
    for (let found; (found = /^Content-Length: (\\d+)\\r\\n\\r\\n/.exec(rest)) && rest.length >= found[0].length + +found[1];) {
      const { id, method } = JSON.parse(rest.slice(found[0].length, found[0].length + +found[1]));
      rest = rest.slice(found[0].length + +found[1]);
      if (method === "exit") process.exit(0);
      if (id === undefined) continue;
      const text = JSON.stringify({ jsonrpc: "2.0", id, result: { capabilities: {} } });
      process.stdout.write("Content-Length: " + text.length + "\\r\\n\\r\\n" + text);
    }
  });`;

function polite(made, name) {
  writeFileSync(join(made, "polite.js"), POLITE);
  return program(join(made, name, "bin", "turnout"), `exec "${process.execPath}" "${join(made, "polite.js")}"`);
}

function program(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("finding: setting, interpreter, folder, environment, path, in that order", async (t) => {
  const { found } = require("../src/finding");
  const made = folder(t);
  const at = (name) => program(join(made, name, "bin", "turnout"), "exit 0");
  const path = { PATH: `relative:${dirname(at("path"))}` };
  assert.equal(await found({ folder: made, environment: {} }), undefined);
  assert.equal(await found({ folder: made, environment: path }), join(made, "path/bin/turnout"));
  const conda = { ...path, CONDA_PREFIX: dirname(dirname(at("conda"))) };
  assert.equal(await found({ folder: made, environment: conda }), join(made, "conda/bin/turnout"));
  const active = { ...conda, VIRTUAL_ENV: dirname(dirname(at("active"))) };
  assert.equal(await found({ folder: made, environment: active }), join(made, "active/bin/turnout"));
  at("own env");
  writeFileSync(join(made, "own env/pyvenv.cfg"), "");
  assert.equal(await found({ folder: made, environment: active }), join(made, "own env/bin/turnout"));
  at("real");
  symlinkSync(join(made, "real"), join(made, ".venv"));
  assert.equal(await found({ folder: made, environment: active }), join(made, ".venv/bin/turnout"));
  const interpreter = join(dirname(at("chosen")), "python");
  assert.equal(await found({ folder: made, interpreter, environment: active }), join(made, "chosen/bin/turnout"));
  const configured = "${workspaceFolder}/path/bin/turnout";
  assert.equal(await found({ configured, folder: made, interpreter }), join(made, "path/bin/turnout"));
  assert.equal(await found({ configured: "gone", folder: made, environment: active }), undefined);
  writeFileSync(join(made, "data"), "");
  assert.equal(await found({ configured: "data", folder: made }), undefined);
});

test("texts: includes, tests, routes and fields are read past comments and strings", () => {
  const { fields, includes, routes, ruleAt, tests } = require("../src/texts");
  assert.deepEqual(includes(POLICY), ["people.route"]);
  assert.deepEqual(tests(TESTS).map(({ name }) => name), ["germans go to sales", "nobody else"]);
  assert.deepEqual(tests('test "a \\"b\\"" { lead { test: "x" } }').map(({ name }) => name), ['a "b"']);
  assert.deepEqual(routes(POLICY), ["inbound"]);
  assert.equal(POLICY.slice(ruleAt(POLICY, "germans")).split(" ")[0], "germans");
  assert.deepEqual(
    fields(POLICY).map(({ name, takes, values, isRequired }) => [name, takes, values, isRequired]),
    [
      ["id", "text", [], true],
      ["country", "text", [], false],
      ["source", "one", ["demo", "trade fair", "content"], false],
      ["wants", "any", ["core", "analytics"], false],
      ["consent", "boolean", [], false],
    ],
  );
  assert.deepEqual(fields("lead {"), []);
  assert.deepEqual(fields(""), []);
});

test("language: a word is what the language takes for one", () => {
  const { wordPattern } = JSON.parse(readFileSync(join(__dirname, "..", "language-configuration.json"), "utf8"));
  const word = new RegExp(wordPattern.pattern, `g${wordPattern.flags}`);
  assert.deepEqual("to round-robin dach-ae, über_1 <= naïve".match(word), ["to", "round-robin", "dach-ae", "über_1", "naïve"]);
});

test("a workspace that isn't trusted: nothing is started, and trust starts it", async (t) => {
  const made = folder(t);
  polite(made, ".venv");
  const own = await editor(t, made, { isTrusted: false });
  own.open("inbound.route");
  for (const [name, act] of own.commands) if (name !== "turnout.output") await act();
  assert.deepEqual([own.clients, own.tasks, own.panels, own.messages], [[], [], [], []]);
  own.isTrusted = true;
  await own.events.trusted.fire();
  assert.equal(own.clients.length, 1);
});

test("no turnout: said once with its remedies, and nothing is installed", async (t) => {
  const own = await editor(t, folder(t));
  assert.equal(own.clients.length, 0);
  assert.equal(own.messages.length, 1);
  assert.match(own.messages[0].said, /no turnout.*pip install turnout/);
  assert.deepEqual(own.messages[0].actions, ["Copy the command", "Choose a turnout", "Try again", "Help"]);
  const wrong = await editor(t, folder(t), { settings: { command: "/nowhere/turnout" } });
  assert.match(wrong.messages[0].said, /turnout\.command names `\/nowhere\/turnout`/);
});

test("a turnout without a language server and a broken one are told apart", async (t) => {
  const said = async (text) => {
    const made = folder(t);
    program(join(made, ".venv/bin/turnout"), text);
    const own = await editor(t, made);
    assert.equal(own.messages.length, 1);
    return own.messages[0];
  };
  const old = await said("echo \"Error: No such command 'lsp'.\" >&2; exit 2");
  assert.match(old.said, /too old.*: ".*\.venv\/bin\/python" -m pip install --upgrade turnout/);
  const broken = await said("echo 'cannot import name x' >&2; exit 1");
  assert.match(broken.said, /can't serve the editor: cannot import name x/);
  assert.ok(!broken.actions.includes("Copy the command"));
});

test("the server is the workspace's, and restarts", async (t) => {
  const made = folder(t);
  const command = polite(made, ".venv");
  const own = await editor(t, made);
  assert.deepEqual(own.messages, []);
  assert.equal(own.clients[0].command, command);
  await Promise.all([own.commands.get("turnout.restart")(), own.events.folders.fire()]);
  assert.equal(own.clients.length, 3);
  assert.deepEqual(own.clients.map(({ isEnded }) => Boolean(isEnded)), [true, true, false]);
});

test("with the real server", async (t) => {
  const made = folder(t);
  environment(made, ".venv");
  const own = await editor(t, made);
  assert.deepEqual(own.messages, []);
  await t.test("diagram: of the text on the screen, live; boxes lead to lines", () => diagram(own));
  await t.test("try a lead: form, answer, way, and a test of it", () => lead(own));
  await t.test("explorer: the tests of the texts, and what comes of them", () => explorer(own));
});

async function diagram(own) {
  const made = own.folder;
  const document = own.open("inbound.route");
  await own.commands.get("turnout.diagram")();
  const [panel] = own.panels;
  assert.match(panel.webview.html, /default-src 'none'/);
  assert.doesNotMatch(panel.webview.html, /unsafe-eval|script-src[^;]*unsafe-inline|germans/);
  assert.match(panel.last("picture").svg, /^<svg[^]*germans/);
  const waits = new Promise((resolve) => {
    const post = panel.webview.postMessage;
    panel.webview.postMessage = async (message) => {
      await post(message);
      if (message.kind === "picture") resolve(message);
    };
  });
  await own.edit(document, POLICY.replaceAll("germans", "teutons"));
  assert.match((await waits).svg, /teutons/);
  const lens = own.clients[0].options.middleware.executeCommand;
  const about = { uri: document.uri.toString(), route: "inbound", rule: "teutons", tell: true };
  await lens("turnout.server.showRule", [about], () => assert.fail("told as a message"));
  assert.deepEqual([panel.last("picture").part, own.panels.length], ["rule teutons", 1]);
  assert.equal(await lens("turnout.server.sampleLeads", [about], () => "told"), "told");
  await panel.say({ kind: "all" });
  assert.equal(panel.last("picture").part, "");
  const href = /href="(file:[^"]*#L\d+)"/.exec(panel.last("picture").svg)[1];
  await panel.say({ kind: "open", href });
  assert.equal(own.shown.at(-1).document.uri.fsPath, join(made, "inbound.route"));
  for (const bad of ["file:///etc/passwd#L1", "https://a.example/x.route", "command:x", "file://host/x.route"]) {
    await panel.say({ kind: "open", href: bad });
  }
  assert.equal(own.shown.length, 1);
  await own.edit(document, `${document.text}\nteam`);
  await own.commands.get("turnout.diagram")();
  assert.match(panel.last("picture").svg, /teutons/); // as far as it can be read
  await own.edit(document, POLICY);
}

async function lead(own) {
  const made = own.folder;
  await own.commands.get("turnout.tryLead")();
  const [drawing, panel] = own.panels;
  await panel.say({ kind: "ready" });
  assert.deepEqual(panel.last("form").fields.map(({ name }) => name), ["id", "country", "source", "wants", "consent"]);
  assert.deepEqual(panel.last("form").routes, ["inbound"]);
  const lead = { id: "7", country: "Germany", wants: ["core"] };
  await panel.say({ kind: "try", lead });
  assert.match(panel.last("answer").text, /ana/);
  assert.ok(panel.last("answer").hasRule);
  await panel.say({ kind: "rule" });
  assert.equal(own.shown.at(-1).selection.start.line, 10);
  await panel.say({ kind: "way", lead });
  assert.match(drawing.last("picture").svg, /lead 7 goes to/);
  await panel.say({ kind: "copy", lead });
  assert.match(own.clipboard, /wants: \["core"\]/);
  writeFileSync(join(made, "copied.route"), `include "inbound.route"\n${own.clipboard}`);
  await own.events.created.fire(own.vscode.Uri.file(join(made, "copied.route")));
}

async function explorer(own) {
  const made = own.folder;
  const [file] = own.tests.items.values();
  assert.deepEqual([...file.children.keys()], ["germans go to sales", "nobody else"]);
  const token = { isCancellationRequested: false, onCancellationRequested() {} };
  await own.runTests({}, token);
  const { results } = own.runs[0];
  assert.equal(results.get("a lead for rule germans").state, "passed");
  assert.equal(results.get("germans go to sales").state, "passed");
  const failed = results.get("nobody else");
  assert.equal(failed.state, "failed");
  assert.match(failed.messages[0].message, /fallback of route inbound.*\nexpect rule germans/);
  assert.equal(failed.messages[0].location.range.line, 8);
  writeFileSync(join(made, "people.route"), "person ana\n");
  await own.runTests({ include: [file.children.get("nobody else")] }, token);
  assert.deepEqual([...own.runs[1].results.keys()], ["nobody else"]);
  assert.match(own.runs[1].results.get("nobody else").messages.message, /no team `sales`/);
}

test("commands: one argument each, of the policy that a file belongs to", async (t) => {
  const made = folder(t);
  polite(made, ".venv");
  const own = await editor(t, made);
  own.open("people.route");
  for (const name of ["check", "test", "diff", "simulate", "checkAll"]) await own.commands.get(`turnout.${name}`)();
  const main = join(made, "tests.route");
  assert.deepEqual(own.tasks.map(({ execution }) => execution.args), [
    ["check", "--format", "compact", main],
    ["test", "--verbose", main],
    ["diff", "HEAD", main],
    ["simulate", main, join(made, "leads.csv")],
    ["check", "--format", "compact"],
  ]);
  assert.deepEqual((await own.provider.provideTasks()).map(({ definition }) => definition.command), ["check", "test"]);
});

test("another interpreter is chosen: the server is that one's", async (t) => {
  const made = folder(t);
  const chosen = polite(made, "elsewhere/one");
  const changed = [];
  const environments = {
    getActiveEnvironmentPath: () => ({ path: "unresolved" }),
    resolveEnvironment: async () => ({ executable: { uri: { fsPath: join(dirname(chosen), "python") } } }),
    onDidChangeActiveEnvironmentPath: (act) => (changed.push(act), { dispose() {} }),
  };
  const own = await editor(t, made, { python: { isActive: true, exports: { environments } } });
  assert.equal(own.clients[0].command, chosen);
  await changed[0]();
  assert.equal(own.clients.length, 2);
});

test("the manifest: what it names is there, and its matcher reads what the check prints", async (t) => {
  const { contributes } = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8"));
  const own = await editor(t, folder(t));
  assert.deepEqual([...own.commands.keys()].sort(), contributes.commands.map(({ command }) => command).sort());
  const made = folder(t);
  writeFileSync(join(made, "people.route"), "person ana\n");
  const { run } = require("../src/running");
  const { stdout, status } = await run(TURNOUT, ["check", "--format", "compact"], { cwd: made });
  assert.equal(status, 1);
  const read = new RegExp(contributes.problemMatchers[0].pattern.regexp).exec(stdout.split("\n")[0]);
  assert.deepEqual(read.slice(1, 6), ["inbound.route", "13", "22", "error", "unknown-name"]);
});
