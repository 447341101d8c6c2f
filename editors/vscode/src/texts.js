// What can be told of policy files by their words alone: which file includes which, where tests
// and rules stand, and the fields of a lead. The language server knows far more, and isn't
// needed for this: lists of tests and forms are there before it is, and without it.

"use strict";

const WORD = "[\\p{L}_][\\p{L}\\p{N}_]*(?:-[\\p{L}\\p{N}_]+)*";
const TOKEN = new RegExp(
  `#[^\\n]*|"(?:\\\\.|[^"\\\\\\n])*"|${WORD}|[{}\\[\\]():,]|[^\\s{}\\[\\]():,"#]+`,
  "gu",
);

/** Yield the words of a text with their places, comments left out. */
function* tokens(text) {
  for (const found of text.matchAll(TOKEN)) {
    if (!found[0].startsWith("#")) yield { word: found[0], at: found.index };
  }
}

/** Return what stands between the quotation marks of a token, undefined where it has none. */
function unquoted(word) {
  return /^".*"$/s.test(word) ? word.slice(1, -1).replace(/\\(.)/gs, "$1") : undefined;
}

/** Return the files that a text includes, as they are written there. */
function includes(text) {
  const names = [];
  let before;
  for (const { word } of tokens(text)) {
    if (before === "include" && unquoted(word)) names.push(unquoted(word));
    before = word;
  }
  return names;
}

/** Return the tests of a text: their names, and where those stand. */
function tests(text) {
  return [...named(text, "test")].filter(({ name }) => name !== undefined);
}

function* named(text, keyword) {
  let before;
  let depth = 0;
  for (const { word, at } of tokens(text)) {
    if (word === "{") depth += 1;
    if (word === "}") depth -= 1;
    if (before?.word === keyword && depth === before.depth && keyword === "test") {
      const name = unquoted(word);
      if (name !== undefined && depth === 0) yield { name, at, end: at + word.length };
    }
    before = { word, depth };
  }
}

/** Return where a rule is declared in a text, or undefined. */
function ruleAt(text, name) {
  let before;
  for (const { word, at } of tokens(text)) {
    if (before === "rule" && word === name) return at;
    before = word;
  }
  return undefined;
}

/** Return the names of the routes of a text. */
function routes(text) {
  const names = [];
  const found = [...tokens(text)];
  let depth = 0;
  found.forEach(({ word }, index) => {
    if (depth === 0 && word === "route" && found[index + 1]) names.push(found[index + 1].word);
    depth += word === "{" ? 1 : word === "}" ? -1 : 0;
  });
  return names;
}

/**
 * Return the fields that a text declares: their names, what each takes, and values to choose.
 *
 * takes: "one", "any" (of `values`), "boolean", "text" for all else; `type` is as written.
 */
function fields(text) {
  const found = [...tokens(text)];
  const start = found.findIndex(
    ({ word }, index) => word === "lead" && found[index + 1]?.word === "{",
  );
  if (start < 0) return [];
  const declared = [];
  let depth = 0;
  for (let index = start + 1; index < found.length; index += 1) {
    const { word } = found[index];
    depth += "{[(".includes(word) ? 1 : "}])".includes(word) ? -1 : 0;
    if (depth === 0) break;
    if (depth === 1 && found[index + 1]?.word === ":") {
      declared.push({ name: unquoted(word) ?? word, words: [] });
      index += 1;
    } else {
      declared.at(-1)?.words.push(word);
    }
  }
  return declared.map(({ name, words }) => field(name, words));
}

function field(name, words) {
  const type = words.join(" ");
  const isRequired = words.includes("required");
  if (words[0] === "boolean") return { name, takes: "boolean", type, values: [], isRequired };
  const isOne = words[0] === "one";
  if ((isOne || words[0] === "any") && words[1] === "of" && words[2] === "[") {
    const values = words.slice(3, words.indexOf("]")).filter((word) => word !== ",");
    const listed = values.map((word) => unquoted(word) ?? word);
    return { name, takes: isOne ? "one" : "any", type, values: listed, isRequired };
  }
  return { name, takes: "text", type, values: [], isRequired };
}

module.exports = { fields, includes, routes, ruleAt, tests };
