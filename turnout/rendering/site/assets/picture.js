// The picture: zoom, drag, find a word in it, and follow the lead that an address names.
// Everything else is plain SVG with links.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const frame = document.querySelector(".picture");
  const svg = frame.querySelector("svg");
  const whole = svg.viewBox.baseVal.width;
  let zoom = 1;

  function show() {
    svg.style.width = `${whole * zoom}px`;
    svg.style.height = "auto";
  }

  function fit() {
    zoom = Math.min(1.4, frame.clientWidth / whole);
    show();
  }

  function zoomed(by) {
    const x = (frame.scrollLeft + frame.clientWidth / 2) / zoom;
    const y = (frame.scrollTop + frame.clientHeight / 2) / zoom;
    zoom = Math.min(6, Math.max(0.1, zoom * by));
    show();
    frame.scrollTo(x * zoom - frame.clientWidth / 2, y * zoom - frame.clientHeight / 2);
  }

  document.getElementById("closer").addEventListener("click", () => zoomed(1.25));
  document.getElementById("farther").addEventListener("click", () => zoomed(0.8));
  document.getElementById("fit").addEventListener("click", fit);
  frame.addEventListener("keydown", (event) => {
    if (event.key === "+") zoomed(1.25);
    else if (event.key === "-") zoomed(0.8);
    else if (event.key === "0") fit();
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomed(event.deltaY < 0 ? 1.1 : 0.9);
  }, { passive: false });

  let from = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.target.closest("a")) return;
    from = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop];
  });
  addEventListener("pointermove", (event) => {
    if (from) frame.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
  });
  addEventListener("pointerup", () => {
    from = null;
  });

  const find = document.getElementById("find");
  find.addEventListener("input", () => {
    const word = find.value.trim().toLowerCase();
    let first = null;
    for (const text of svg.querySelectorAll("text")) {
      const isFound = word !== "" && text.textContent.toLowerCase().includes(word);
      text.classList.toggle("found", isFound);
      if (isFound && !first) first = text;
    }
    if (first) first.scrollIntoView({ block: "center", inline: "nearest" });
  });

  if (whole * zoom > frame.clientWidth && whole < 2400) fit();
  else show();

  // -- a lead that was tried --

  const way = globalThis.turnoutWay;
  const isOwnPage = document.getElementById("lead") === null; // the form follows its own lead

  async function follow() {
    const note = document.getElementById("traced");
    const said = way.fromHash(location.hash);
    way.lead(frame.querySelectorAll("a[href]"), said);
    if (said === null) {
      way.draw(svg, null);
      note.hidden = true;
      return;
    }
    await Promise.all([globalThis.turnoutLoaded("assets/decide.js"), globalThis.turnoutLoaded(frame.dataset.plan)]);
    const route = globalThis.turnoutEvaluator.evaluator(globalThis.turnoutData);
    const rows = JSON.parse(frame.dataset.rows);
    const decided = route.decide(said.raws, said.facts, said.today);
    const found = way.followed(route, decided, said.today, rows, "part" in frame.dataset);
    way.draw(svg, found);
    if (found) way.reveal(frame, way.end(svg, found));
    const isSure = decided.clause !== undefined;
    const text = !isSure
      ? "It can't be told for certain here where the lead goes. "
      : found
        ? `The thick line is the way of the lead, which is taken by ${route.answerOf(decided.clause).name}. `
        : `The lead does not end in this part: it is taken by ${route.answerOf(decided.clause).name}. `;
    const back = document.createElement("a");
    back.textContent = "Change the lead";
    back.href = frame.dataset.form + location.hash;
    const all = document.createElement("a");
    all.textContent = "Show the picture without it";
    all.href = "#";
    note.replaceChildren(text, back, " · ", all);
    note.hidden = false;
  }

  if (isOwnPage) {
    addEventListener("hashchange", follow);
    follow();
  }
});
