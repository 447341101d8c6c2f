// Shows a picture of a policy: an SVG that came as a message, of which only shapes, words and
// links are taken. It is read as XML, so nothing in it is ever run.

"use strict";

const ALLOWED = new Set([
  "svg", "title", "desc", "style", "g", "a", "rect", "path", "line", "polyline", "polygon",
  "circle", "ellipse", "text", "tspan", "defs", "marker", "pattern",
]);

/** Put the picture into `place`; returns whether it is one. Links call `follow(href)`. */
function showPicture(place, text, follow) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml");
  const svg = read.documentElement;
  if (svg.localName !== "svg" || read.querySelector("parsererror")) return false;
  for (const each of [...svg.querySelectorAll("*")]) {
    if (!ALLOWED.has(each.localName)) each.remove();
  }
  for (const each of [svg, ...svg.querySelectorAll("*")]) {
    for (const { name } of [...each.attributes]) if (/^on/i.test(name)) each.removeAttribute(name);
  }
  for (const link of svg.querySelectorAll("a")) {
    const href = link.getAttribute("href") ?? "";
    link.removeAttribute("href");
    link.dataset.href = href;
    link.setAttribute("tabindex", "0");
    link.setAttribute("role", "link");
  }
  const top = { left: place.scrollLeft, top: place.scrollTop };
  place.replaceChildren(document.importNode(svg, true));
  for (const link of place.querySelectorAll("a")) {
    link.addEventListener("click", () => follow(link.dataset.href));
    link.addEventListener("keydown", (event) => event.key === "Enter" && follow(link.dataset.href));
  }
  place.scrollTo(top);
  return true;
}

/** Mark the boxes of the declaration that a line of a file stands in. */
function markPicture(place, file, line) {
  const links = [...place.querySelectorAll("a")].map((link) => ({ link, ...aim(link.dataset.href) }));
  const before = links.filter((each) => each.file === aim(`${file}#L1`).file && each.line <= line);
  const nearest = Math.max(0, ...before.map((each) => each.line));
  for (const { link } of links) link.classList.remove("here");
  const found = before.filter((each) => each.line === nearest).map(({ link }) => link);
  for (const link of found) link.classList.add("here");
  found.at(-1)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function aim(href) {
  const [file, fragment = ""] = href.split("#");
  return { file: decodeURIComponent(file), line: Number(fragment.replace(/^L/, "")) };
}
