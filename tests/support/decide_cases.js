// Decides many leads in one process of Node: for tests/laws/test_browser.py.
// stdin: {routes: [data], cases: [{route, raw, facts, today}]}; stdout: an answer for each case.
"use strict";
for (const script of process.argv.slice(2)) require(script);
const { followed } = globalThis.turnoutWay;
const { evaluator, UNSURE, shownNumber } = globalThis.turnoutEvaluator;
const { routes, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const known = routes.map(evaluator);

function plain(value) {
  if (value === UNSURE) return { unsure: true };
  return value.digits === undefined ? value : { number: shownNumber(value) };
}

const answers = cases.map(({ route, raw, facts, today }) => {
  const { values, issues, clause, answer, ...rest } = known[route].decide(raw, facts, today);
  const decided = { ...rest, values, clause };
  const others = known[route].alternatives(decided, today, Object.keys(raw));
  return {
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)])),
    issues: issues.map(({ field, reason }) => [field, reason]),
    clause: clause === undefined ? "unsure" : clause,
    later: decided.later.map((each) => (each === undefined ? "unsure" : each)),
    attempts: answer && answer.attempts.map(({ kind, name, by }) => [kind, name, by]),
    others: others.map(({ field, clause: other }) => [field, other]),
    way: followed(known[route], decided, today, routes[route].rows, false),
    refusals: rest.holds && clause !== undefined ? known[route].refusals(decided).length : 0,
  };
});
process.stdout.write(JSON.stringify(answers));
