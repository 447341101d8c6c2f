// The page "try a lead": the form of its fields, and what becomes of it.

"use strict";

const vscode = acquireVsCodeApi();
const at = (id) => document.getElementById(id);
const send = (kind, more) => vscode.postMessage({ kind, ...more });
let wasTried = false;

function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

function control({ name, takes, values, type }) {
  if (takes === "text") return element("input", { name, title: type, autocomplete: "off" });
  const listed = takes === "boolean" ? ["true", "false"] : values;
  const options = listed.map((value) => new Option(value, value));
  if (takes === "any") return element("select", { name, multiple: true, size: 4 }, ...options);
  return element("select", { name }, new Option("", ""), ...options);
}

function form({ file, fields, routes }) {
  const kept = new Map([...new FormData(at("lead"))]);
  at("file").textContent = file;
  at("fields").replaceChildren(
    ...fields.map((field) => {
      const input = control(field);
      if (kept.has(field.name) && field.takes !== "any") input.value = kept.get(field.name);
      const label = field.isRequired ? `${field.name} *` : field.name;
      return element("label", { className: "field" }, element("span", { textContent: label }), input);
    }),
  );
  if (!fields.length) at("fields").textContent = "This policy declares no fields of a lead.";
  const before = at("route").value;
  at("route").replaceChildren(...routes.map((name) => new Option(name, name)));
  if (routes.includes(before)) at("route").value = before;
  at("route").hidden = routes.length < 2;
}

function written() {
  const lead = {};
  for (const input of at("fields").querySelectorAll("input, select")) {
    const value = input.multiple ? [...input.selectedOptions].map((each) => each.value) : input.value;
    if (value.length) lead[input.name] = value;
  }
  const moment = at("moment").value;
  return { lead, at: moment || undefined, route: at("route").value || undefined };
}

function answer({ fault, title, text, hasRule }) {
  at("fault").hidden = !fault;
  at("fault").textContent = fault ?? "";
  if (fault) return;
  at("answer").hidden = false;
  at("title").textContent = title;
  at("text").textContent = text;
  at("rule").hidden = !hasRule;
}

addEventListener("message", ({ data }) => {
  if (data.kind === "form") form(data);
  if (data.kind === "answer") answer(data);
  if (data.kind === "again") {
    send("ready");
    if (wasTried) send("try", written());
  }
});
at("lead").addEventListener("submit", (event) => {
  event.preventDefault();
  wasTried = true;
  send("try", written());
});
at("way").addEventListener("click", () => send("way", written()));
at("copy").addEventListener("click", () => send("copy", written()));
at("rule").addEventListener("click", () => send("rule"));
send("ready");
