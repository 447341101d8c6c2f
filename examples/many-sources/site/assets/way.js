// The way of a lead that is tried, drawn into a picture of its route: what it is asked and what
// it answers is thick, what it is never asked is pale. `compiler/picture/marking.py` and
// `placing.py` draw the same for `turnout diagram --lead`; a law holds them equal.
"use strict";

(function (root) {
  const LEAD = "#lead=";

  /** What a lead answers at each row: "yes", "no", or "unasked".
   *
   * rows: see `rows_of` in way.py. clause: the one that takes the lead, null for none.
   * entered: of each question by its number, whether the lead comes into its part; null where
   * that isn't known, and then the way isn't, either.
   */
  function states(rows, clause, entered) {
    const found = rows.map(() => "unasked");
    let at = 0;
    while (at < rows.length) {
      const [kind, , until, first, last, question] = rows[at];
      if (kind === "rest" || kind === "end" || kind === "onward") {
        found[at] = "yes";
        break;
      }
      const takes = clause !== null && first !== null && first <= clause && clause <= last;
      const isIn = takes || (question === null ? false : entered[question]);
      if (isIn === null) return null; // not known
      found[at] = isIn ? "yes" : "no";
      if (takes && until === at + 1) break;
      at = isIn ? at + 1 : until;
    }
    return found;
  }

  /** The same of a lead that no rule is asked about: it goes to the last fallback. */
  function unasked(rows) {
    return rows.map(([kind], at) => (kind === "rest" && at === rows.length - 1 ? "yes" : "unasked"));
  }

  /** The way of a lead that was decided, through these rows; null where it can't be told.
   *
   * isPart: the rows are a part that is drawn by itself. A lead that isn't taken there has no
   * way in it: whether it comes in is drawn on the page above.
   */
  function followed(route, decided, today, rows, isPart) {
    const { clause, holds } = decided;
    if (clause === undefined) return null;
    if (isPart && !rows.some(([, , , first, last]) => clause !== null && first <= clause && clause <= last))
      return null;
    return holds ? states(rows, clause, route.entered(decided, today)) : unasked(rows);
  }

  /** How a line looks: {isWay, isFaint}. ends: the names of its boxes, such as "n3", "t3". */
  function look(found, [one, two], isDashed) {
    const to = found[Number(two.slice(1))];
    if (one === "start") return { isWay: to !== "unasked", isFaint: to === "unasked" };
    const state = found[Number(one.slice(1))];
    if (two[0] === "t") return { isWay: state === "yes", isFaint: state !== "yes" };
    return { isWay: state === (isDashed ? "no" : "yes"), isFaint: state === "unasked" || to === "unasked" };
  }

  /** Draw a way into a picture; null for none. */
  function draw(svg, found) {
    for (const line of svg.querySelectorAll("[data-ends]")) {
      const ends = line.dataset.ends.split(" ");
      if (ends[0] === ends[1]) continue; // a line of the legend
      const { isWay, isFaint } = found ? look(found, ends, line.classList.contains("e")) : {};
      line.classList.toggle("w", isWay === true);
      line.classList.toggle("f", isFaint === true);
    }
    for (const box of svg.querySelectorAll("[data-box]")) {
      const row = /^([nt])([0-9]+)$/.exec(box.dataset.box);
      const state = row && found ? found[Number(row[2])] : "yes";
      box.classList.toggle("f", row !== null && (row[1] === "n" ? state === "unasked" : state !== "yes"));
    }
  }

  /** The last box of a way, which is where the lead ends on this page. */
  function end(svg, found) {
    const at = found.lastIndexOf("yes");
    return svg.querySelector(`[data-box="t${at}"]`) ?? svg.querySelector(`[data-box="n${at}"]`);
  }

  /** Move a picture in its frame, and not the page, until the end of a way is seen. */
  function reveal(frame, box) {
    if (!box) return;
    const [inner, outer] = [box.getBoundingClientRect(), frame.getBoundingClientRect()];
    const by = (low, high, from, to) => (low < from || high > to ? (low + high - from - to) / 2 : 0);
    frame.scrollBy(
      by(inner.left, inner.right, outer.left, outer.right),
      by(inner.top, inner.bottom, outer.top, outer.bottom),
    );
  }

  /** Have what leads to other pages of the picture, and to its form, speak of the same lead. */
  function lead(links, said) {
    for (const link of links) {
      const path = link.getAttribute("href").split("#")[0];
      if (/^(\.\.\/)*(picture\/|try)/.test(path)) link.setAttribute("href", path + (said ? hash(said) : ""));
    }
  }

  /** A lead as the end of an address: {raws, facts, today}. */
  const hash = (said) => LEAD + encodeURIComponent(JSON.stringify(said));

  /** The lead that an address ends with, null for none. */
  function fromHash(text) {
    if (!text.startsWith(LEAD)) return null;
    try {
      const { raws = {}, facts = {}, today = "" } = JSON.parse(decodeURIComponent(text.slice(LEAD.length)));
      const isText = (value) => typeof value === "string";
      const kept = Object.entries(raws).filter(([, of]) => isText(of) || (Array.isArray(of) && of.every(isText)));
      const known = Object.entries(facts).map(([name, of]) => [name, of === true]);
      const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(today) ? today : "";
      return { raws: Object.fromEntries(kept), facts: Object.fromEntries(known), today: day };
    } catch {
      return null; // somebody has cut the address
    }
  }

  root.turnoutWay = { followed, draw, end, reveal, lead, hash, fromHash };
})(globalThis);
