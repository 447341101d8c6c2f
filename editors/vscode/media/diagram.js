// The page of the diagram: shows what the extension sends, and says what is clicked.

"use strict";

const vscode = acquireVsCodeApi();
const at = (id) => document.getElementById(id);
const send = (kind, more) => vscode.postMessage({ kind, ...more });

function show({ fault, svg, title, part, route, routes, isFit }) {
  if (svg && !showPicture(at("picture"), svg, (href) => send("open", { href }))) {
    fault = "the picture can't be read";
  }
  at("picture").classList.toggle("old", Boolean(fault));
  at("said").textContent = fault ?? [title, isFit === false ? "has errors" : ""].filter(Boolean).join(", ");
  at("said").classList.toggle("fault", Boolean(fault) || isFit === false);
  at("all").hidden = !part;
  if (routes) {
    at("route").replaceChildren(...routes.map((name) => new Option(name, name, false, name === route)));
    at("route").hidden = routes.length < 2;
  }
}

addEventListener("message", ({ data }) => {
  if (data.kind === "picture") show(data);
  if (data.kind === "mark") markPicture(at("picture"), data.file, data.line);
});
at("route").addEventListener("change", () => send("route", { route: at("route").value }));
at("all").addEventListener("click", () => send("all"));
at("try").addEventListener("click", () => send("try"));
send("ready");
