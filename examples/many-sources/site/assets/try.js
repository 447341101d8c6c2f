// "Try a lead": reads the form, has `decide.js` decide it, and says what came of it and why.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const { evaluator, UNSURE, shownNumber } = globalThis.turnoutEvaluator;
  const data = globalThis.turnoutData;
  const route = evaluator(data);
  const form = document.getElementById("lead");
  const result = document.getElementById("result");
  const today = document.getElementById("today");
  const byNumber = [...document.getElementById("clauses").content.firstElementChild.children];
  const MOST_WAY = 25;
  let isWayOpen = true;
  const MOST_SAID = 6;
  const MOST_OTHERS = 6;
  const way = globalThis.turnoutWay;
  const frame = document.querySelector(".picture");

  const day = () => {
    const parts = new Intl.DateTimeFormat("en", {
      timeZone: data.plan.timezone, year: "numeric", month: "2-digit", day: "2-digit",
    }).formatToParts(new Date());
    const of = (type) => parts.find((part) => part.type === type).value;
    return `${of("year")}-${of("month")}-${of("day")}`;
  };

  function element(tag, text, ...children) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  }

  /** What stands in the form: texts by field; a list where several are chosen. */
  function said() {
    const raws = {};
    for (const control of form.elements) {
      if (!control.name) continue;
      if (control.dataset.several) {
        if (control.checked) (raws[control.name] ??= []).push(control.value);
      } else if (control.value) raws[control.name] = control.value;
    }
    return raws;
  }

  function facts() {
    const found = {};
    for (const control of form.querySelectorAll("[data-fact]")) {
      found[control.dataset.fact] = control.value === "yes";
    }
    return found;
  }

  function nameOf(clause) {
    if (clause !== null && byNumber[clause]) return byNumber[clause].querySelector(".by").firstElementChild.cloneNode(true);
    return element("span", route.answerOf(clause).name);
  }

  function outcome(clause) {
    if (clause !== null && byNumber[clause]) return [...byNumber[clause].cloneNode(true).childNodes];
    const fallback = data.plan.last.length && byNumber.length && !route.answerOf(byNumber.length - 1).is_rule;
    if (fallback) return [...byNumber[byNumber.length - 1].cloneNode(true).childNodes];
    return [element("p", "Nobody: no rule takes it, and the route has no fallback.")];
  }

  /** Who is asked where nobody of a rule that lets leads go on is free, one after the other. */
  function later(decided) {
    return decided.later.flatMap((clause) => {
      if (clause === undefined) return [element("p", "If nobody of these is free, it goes on; to whom can't be told for certain here.")];
      return [element("h3", "If nobody of these is free"), ...outcome(clause)];
    });
  }

  function shown(value) {
    if (value === UNSURE) return "not sure";
    if (Array.isArray(value)) return value.join(", ");
    if (typeof value === "boolean") return value ? "yes" : "no";
    return value.digits === undefined ? String(value) : shownNumber(value);
  }

  function values(decided) {
    const list = element("dl");
    list.className = "facts";
    for (const [name, value] of Object.entries(decided.values)) {
      list.append(element("dt", name), element("dd", shown(value)));
    }
    return list.children.length ? [element("h2", "The lead, as the policy sees it"), list] : [];
  }

  function issues(decided) {
    if (!decided.issues.length) return [];
    const items = decided.issues.map(({ field, reason }) => element("li", `${field}: ${reason}`));
    return [element("h2", "What could not be used of it"), element("ul", "", ...items)];
  }

  /** The rules above that were asked and said no, and the one that took the lead. */
  function refusals(decided) {
    if (!decided.holds || decided.clause === undefined) return [];
    const refused = route.refusals(decided);
    const items = refused.slice(-MOST_WAY).map(({ clause, failed }) => {
      const item = element("li", "", nameOf(clause));
      const words = failed.map((side) => data.words[side]).filter(Boolean);
      if (words.length) item.append(` would take: ${words.slice(0, 3).join(" and ")}`);
      return item;
    });
    const taken = element("li", "", nameOf(decided.clause));
    taken.className = "taken";
    taken.setAttribute("aria-current", "step");
    items.push(taken);
    const list = element("ol", "", ...items);
    list.className = "way";
    const more = refused.length - MOST_WAY;
    const note = more > 0 ? [element("p", `${more} rules above them said no, too.`)] : [];
    const folded = element("details", "", element("summary", `Its way: ${refused.length} said no before`), ...note, list);
    folded.open = isWayOpen;
    folded.addEventListener("toggle", () => {
      isWayOpen = folded.open;
    });
    return [folded];
  }

  const SAID = { contains: "contained", "ends with": "ended with", "has word": "had the word" };
  const days = (count) => (count === 1 ? "1 day" : `${count} days`);

  /** Days before today in words, those after it below 0; null for no end. */
  function ago(from, to) {
    if (from === null && to === null) return "any day";
    if (from === null) {
      if (to < 0) return to === -1 ? "in the future" : `${days(-to)} from today, or later`;
      return to === 0 ? "today or later" : `at most ${days(to)} ago, or in the future`;
    }
    if (to === null) {
      if (from > 0) return `at least ${days(from)} ago`;
      return from === 0 ? "today or earlier" : `at most ${days(-from)} from today, or earlier`;
    }
    if (from === to) return from === 0 ? "today" : from > 0 ? `${days(from)} ago` : `${days(-from)} from today`;
    if (from > 0) return `${from} to ${days(to)} ago`;
    if (from === 0) return `today or in the ${days(to)} before`;
    if (to < 0) return to === -1 ? `in the next ${days(-from)}` : `${-to} to ${days(-from)} from today`;
    return to === 0 ? `today or in the next ${days(-from)}` : `between ${days(to)} ago and ${days(-from)} from today`;
  }

  /** Days from one to another, null for no end. */
  function between(low, high) {
    if (low === high) return low === null ? "on any day" : `on ${low}`;
    return [low && `from ${low}`, high && `until ${high}`].filter(Boolean).join(" ");
  }

  function says(field, what) {
    if (field.startsWith("day in ")) return `it arrived ${between(what.low, what.high)}`;
    if (what.missing) return `${field} were missing`;
    if (what.prefix !== undefined) return `${field} started with “${what.prefix}”`;
    if (what.test) return `${field} ${SAID[what.test]} “${what.text}”`;
    if (what.value !== undefined) return circumstance(field, what.value);
    if (what.above !== undefined || what.below !== undefined) {
      const low = what.above && `${what.above.isIn ? "at least" : "more than"} ${what.above.text}`;
      const high = what.below && `${what.below.isIn ? "at most" : "less than"} ${what.below.text}`;
      return `${field} were ${[low, high].filter(Boolean).join(" and ") || "anything"}`;
    }
    if (what.from !== undefined) return `${field} were ${ago(what.from, what.to)}`;
    if (what.low === null && what.high === null) return `${field} were anything`;
    if (what.low === null) return `${field} were at most ${what.high}`;
    if (what.high === null) return `${field} were ${what.low} or more`;
    return what.low === what.high ? `${field} were ${what.low}` : `${field} were ${what.low} to ${what.high}`;
  }

  function circumstance(field, value) {
    if (field === "seen before") return value ? "it were seen before" : "it were new";
    if (field.startsWith("open ")) return `${field.slice(5)} were ${value ? "open" : "closed"}`;
    return `${field} were ${shown(value)}`;
  }

  /** Several sayings as one: what they begin with is said once. rest: what else there is, if any. */
  function either(told, rest) {
    const [begins] = told[0].match(/^.*? (were|contained|(started|ended) with|had the word) /) || [""];
    const isAlike = begins && told.every((each) => each.startsWith(begins));
    const short = isAlike ? told.map((each) => each.slice(begins.length)) : told;
    const all = rest ? [...short, rest] : short;
    const last = all.pop();
    return (isAlike ? begins : "") + (all.length ? `${all.join(", ")} or ${last}` : last);
  }

  /** What one field alone would have to say for another rule. */
  function others(decided) {
    const names = [...new Set(data.plan.columns.map((column) => column.field))];
    const found = route.alternatives(decided, today.value, names);
    if (!found.length) return [];
    const by = new Map();
    for (const each of found) {
      if (!by.has(each.clause)) by.set(each.clause, []);
      by.get(each.clause).push(each);
    }
    const items = [...by].map(([clause, ways]) => {
      const texts = ways.map(({ field, says: whats, isAll }) => {
        const told = whats.slice(0, MOST_SAID).map((what) => says(field, what));
        const more = whats.length - MOST_SAID;
        return either(told, more > 0 ? `${more} more` : "") + (isAll ? "" : " (and maybe others)");
      });
      const first = byNumber[clause] && byNumber[clause].querySelector(".chain > li");
      const to = first ? ` → ${first.textContent}` : "";
      return element("li", "", nameOf(clause), `${to}, if ${texts.join("; or if ")}.`);
    });
    const title = element("h2", "What would have to be different, and nothing else");
    const first = element("ul", "", ...items.splice(0, MOST_OTHERS));
    if (!items.length) return [title, first];
    const rest = items.slice(0, MOST_WAY);
    const more = items.length - rest.length;
    if (more > 0) rest.push(element("li", `And ${more} rules more.`));
    const folded = element("details", "", element("summary", `${items.length} others`), element("ul", "", ...rest));
    return [title, first, folded];
  }

  /** Draw the way into the picture, and have its links speak of this lead. */
  function follow(raws, decided) {
    if (!frame) return;
    const svg = frame.querySelector("svg");
    const rows = JSON.parse(frame.dataset.rows);
    const found = decided ? way.followed(route, decided, today.value, rows, false) : null;
    way.draw(svg, found);
    if (found) way.reveal(frame, way.end(svg, found));
    const lead = decided ? { raws, facts: facts(), today: today.value } : null;
    way.lead(frame.querySelectorAll("a[href]"), lead);
    document.getElementById("traced").textContent = !decided
      ? "The way of the lead is drawn here as soon as something is said about it."
      : found
        ? "The thick line is the way of this lead; what it is never asked is pale."
        : "Its way can't be told for certain here.";
  }

  function decide() {
    const raws = said();
    if (!Object.keys(raws).length) {
      result.replaceChildren(element("p", "The decision stands here as soon as something is said about the lead."));
      delete result.dataset.clause;
      follow(raws, null);
      return;
    }
    const decided = route.decide(raws, facts(), today.value);
    follow(raws, decided);
    if (decided.clause === undefined) {
      const why = decided.doubts.join(", ");
      const line = element("p", `Not sure: what ${why || "it"} says can't be told for certain here. Ask `);
      line.append(element("code", "turnout explain"), ".");
      line.className = "decided";
      result.replaceChildren(line, ...values(decided), ...issues(decided));
      delete result.dataset.clause;
      return;
    }
    const reason = decided.lacking.length
      ? [element("p", `No rule was asked: it has no ${decided.lacking.join(", ")}.`)]
      : [];
    const title = element("h2", "It goes to");
    const kept = element("a", "A link to this lead");
    kept.href = way.hash({ raws, facts: facts(), today: today.value });
    result.replaceChildren(
      title, ...outcome(decided.clause), ...later(decided), ...reason, ...issues(decided), ...others(decided),
      ...refusals(decided), ...values(decided), element("p", "", kept),
    );
    result.dataset.clause = decided.clause === null ? "none" : String(decided.clause);
  }

  /** Fill the form with the lead that the page's address names. */
  function filled() {
    const lead = way.fromHash(location.hash);
    if (!lead) return;
    form.reset();
    today.value = lead.today || day();
    for (const control of form.elements) {
      const { fact, several } = control.dataset;
      const raw = lead.raws[control.name];
      if (fact !== undefined) {
        if (fact in lead.facts) control.value = lead.facts[fact] ? "yes" : "no";
      } else if (!control.name) continue;
      else if (several) control.checked = Array.isArray(raw) && raw.includes(control.value);
      else control.value = typeof raw === "string" ? raw : "";
    }
    decide();
  }

  today.value = day();
  form.addEventListener("input", decide);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    if (!today.value) today.value = day();
    decide();
  }));
  addEventListener("hashchange", filled);
  decide();
  filled();
});
