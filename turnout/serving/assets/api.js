// The page of what the service does: reads its description, and sends what somebody writes.
"use strict";

const made = (tag, text, attributes = {}) => {
  const found = document.createElement(tag);
  if (text) found.textContent = text;
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
};

const token = document.getElementById("token");
const list = document.getElementById("operations");
const said = document.getElementById("said");

const headers = () => (token.value ? { Authorization: `Bearer ${token.value}` } : {});

async function send(method, path, fields, body, answer) {
  let where = path;
  const query = new URLSearchParams();
  const heads = headers();
  for (const [input, parameter] of fields) {
    if (parameter.in === "path") where = where.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value && parameter.in === "query") query.set(parameter.name, input.value);
    else if (input.value) heads[parameter.name] = input.value;
  }
  if (body) heads["Content-Type"] = "application/json";
  const asked = query.size ? `${where}?${query}` : where;
  try {
    const got = await fetch(asked, { method, headers: heads, body: body ? body.value : undefined });
    const text = await got.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* it is no JSON */ }
    answer.textContent = `${got.status} ${got.statusText}\n${shown}`;
  } catch (failure) {
    answer.textContent = String(failure);
  }
}

function shown(path, method, operation) {
  const box = made("details");
  const head = made("summary");
  head.append(made("code", `${method.toUpperCase()} ${path}`), ` ${operation.summary}`);
  const form = made("form");
  const fields = [];
  for (const parameter of operation.parameters) {
    const label = made("label", `${parameter.name}: ${parameter.description}`);
    const input = made("input", "", parameter.required ? { required: "" } : {});
    label.append(input);
    form.append(label);
    fields.push([input, parameter]);
  }
  const content = operation.requestBody?.content["application/json"];
  let body = null;
  if (content) {
    const label = made("label", "body");
    body = made("textarea", JSON.stringify(content.example, null, 2), { rows: 8, spellcheck: "false" });
    label.append(body);
    form.append(label);
  }
  const answer = made("pre", "", { "aria-live": "polite", tabindex: "0", "aria-label": "answer" });
  form.append(made("button", "Send"), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method.toUpperCase(), path, fields, body, answer);
  });
  box.append(head, form);
  return box;
}

async function read() {
  const got = await fetch("/openapi.json", { headers: headers() });
  const described = await got.json();
  list.replaceChildren();
  if (!got.ok) { said.textContent = described.detail; return; }
  said.textContent = described.info.title;
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, operation] of Object.entries(methods)) list.append(shown(path, method, operation));
  }
}

token.addEventListener("change", read);
read();
