// Loads the page again after `turnout docs --watch` has written it anew.
"use strict";

(function () {
  let known = null;
  setInterval(() => {
    const script = document.createElement("script");
    script.src = `${document.body.dataset.root}data/version.js?${Date.now()}`;
    script.onload = () => {
      script.remove();
      if (known !== null && known !== globalThis.turnoutVersion) location.reload();
      known = globalThis.turnoutVersion;
    };
    script.onerror = () => script.remove(); // it is being written
    document.head.append(script);
  }, 1000);
})();
