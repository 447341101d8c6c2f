// What every page of a site can do: search, light and dark, and print with everything unfolded.
"use strict";

(function () {
  const MOST = 40;

  function remembered() {
    try {
      return localStorage.getItem("turnout-theme");
    } catch {
      return null; // a browser may keep nothing for pages from a disk
    }
  }

  const chosen = remembered();
  if (chosen) document.documentElement.dataset.theme = chosen;

  function isDark() {
    const theme = document.documentElement.dataset.theme;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function themes() {
    const button = document.getElementById("theme");
    const show = () => {
      button.textContent = isDark() ? "Light" : "Dark";
    };
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark";
      document.documentElement.dataset.theme = theme;
      try {
        localStorage.setItem("turnout-theme", theme);
      } catch {
        // then it holds for this page
      }
      show();
    });
  }

  /** Load a script of the site, as its other scripts do, too: `fetch` doesn't work from a disk. */
  globalThis.turnoutLoaded = (path) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.root + path;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });

  // -- search --

  function search() {
    const input = document.getElementById("search");
    const list = document.getElementById("found");
    let index = null;
    let shown = [];
    let at = -1;

    async function ask() {
      if (!index) {
        index = globalThis.turnoutLoaded("data/search.js").then(() =>
          globalThis.turnoutSearch.map(([title, kind, page, more]) => ({
            title, kind, page, text: `${title} ${kind} ${more}`.toLowerCase(), name: title.toLowerCase(),
          })),
        );
      }
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const known = await index;
      const rank = ({ name }) => (name === words.join(" ") ? 0 : name.startsWith(words[0]) ? 1 : 2);
      shown = !words.length
        ? []
        : known
            .filter(({ text }) => words.every((word) => text.includes(word)))
            .map((row, place) => ({ row, place, rank: rank(row) }))
            .sort((one, two) => one.rank - two.rank || one.place - two.place)
            .slice(0, MOST)
            .map(({ row }) => row);
      at = shown.length ? 0 : -1;
      show(words.length > 0);
    }

    function show(isAsked) {
      list.replaceChildren(
        ...shown.map(({ title, kind }, number) => {
          const item = document.createElement("li");
          item.id = `found-${number}`;
          item.setAttribute("role", "option");
          item.setAttribute("aria-selected", String(number === at));
          const name = document.createElement("bdi");
          name.textContent = title;
          const small = document.createElement("small");
          small.textContent = kind;
          item.append(name, small);
          item.addEventListener("mousedown", (event) => {
            event.preventDefault();
            go(number);
          });
          return item;
        }),
      );
      if (isAsked && !shown.length) {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = "Nothing is called so.";
        list.append(item);
      }
      list.hidden = !isAsked;
      input.setAttribute("aria-expanded", String(isAsked));
      if (at >= 0) input.setAttribute("aria-activedescendant", `found-${at}`);
      else input.removeAttribute("aria-activedescendant");
    }

    function go(number) {
      location.href = document.body.dataset.root + shown[number].page;
    }

    input.addEventListener("input", ask);
    input.addEventListener("blur", () => show(false));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        input.value = "";
        shown = [];
        at = -1;
        show(false);
      } else if (event.key === "Enter" && at >= 0) go(at);
      else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && shown.length) {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : shown.length - 1;
        at = (at + step) % shown.length;
        show(true);
        document.getElementById(`found-${at}`).scrollIntoView({ block: "nearest" });
      }
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        input.focus();
      }
    });
  }

  function printing() {
    let folded = [];
    let theme;
    const root = document.documentElement;
    addEventListener("beforeprint", () => {
      theme = root.dataset.theme;
      root.dataset.theme = "light"; // dark paper costs ink, and shows little
      folded = [...document.querySelectorAll("details:not([open])")];
      for (const each of folded) each.open = true;
    });
    addEventListener("afterprint", () => {
      if (theme === undefined) delete root.dataset.theme;
      else root.dataset.theme = theme;
      for (const each of folded) each.open = false;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    themes();
    search();
    printing();
    const ways = document.querySelector(".ways");
    if (ways && matchMedia("(max-width: 60rem)").matches) ways.open = false;
  });
})();
