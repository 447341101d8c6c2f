// A page beside the text. A policy is somebody's text, so nothing of it is ever read as HTML:
// it comes as a message, and only scripts of the extension run.

"use strict";

const { randomBytes } = require("node:crypto");
const vscode = require("vscode");

/** Return a page that runs one script of `media/` and loads nothing from elsewhere. */
function page(webview, media, { script, body }) {
  const nonce = randomBytes(18).toString("base64url");
  const at = (name) => webview.asWebviewUri(vscode.Uri.joinPath(media, name));
  const allowed = [
    "default-src 'none'",
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${allowed}">
<link rel="stylesheet" href="${at("panel.css")}">
</head>
<body>
${body}
<script nonce="${nonce}" src="${at("picture.js")}"></script>
<script nonce="${nonce}" src="${at(script)}"></script>
</body>
</html>`;
}

/** Open a panel beside the text without taking the keyboard from it. */
function beside(context, kind, title, made) {
  const media = vscode.Uri.joinPath(context.extensionUri, "media");
  const panel = vscode.window.createWebviewPanel(
    kind,
    title,
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    { enableScripts: true, retainContextWhenHidden: true, localResourceRoots: [media] },
  );
  panel.iconPath = vscode.Uri.joinPath(media, "turnout.svg");
  panel.webview.html = page(panel.webview, media, made);
  return panel;
}

/** Show a place in the text: where a box of a picture or a rule leads. */
async function reveal(uri, line) {
  const document = await vscode.workspace.openTextDocument(uri);
  const shown = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const number = Math.min(Math.max(line, 0), document.lineCount - 1);
  const at = document.lineAt(number).range;
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(at.start, at.start),
  });
}

/** Follow a link of a picture; what is no policy file or table of this machine isn't opened. */
async function follow(href) {
  const uri = vscode.Uri.parse(String(href), true);
  const line = /^L(\d+)$/.exec(uri.fragment);
  if (uri.scheme !== "file" || uri.authority || !/\.(route|csv)$/i.test(uri.path)) return;
  await reveal(uri.with({ fragment: "" }), line ? Number(line[1]) - 1 : 0);
}

function theme() {
  const { Light, HighContrastLight } = vscode.ColorThemeKind;
  return [Light, HighContrastLight].includes(vscode.window.activeColorTheme.kind) ? "light" : "dark";
}

module.exports = { beside, follow, page, reveal, theme };
