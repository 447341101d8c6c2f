// Says leads in the form of "try a lead", one after another, as a reader would: the controls are
// set and the form is told. For tests/turnout/test_tried_leads.py, in the page itself.
(said) => {
  const form = document.getElementById("lead");
  const result = document.getElementById("result");
  const frame = document.querySelector(".picture");
  const names = (selector, key) => [...frame.querySelectorAll(selector)].map((of) => of.dataset[key]);

  function say({ raw, facts, today }) {
    for (const control of form.elements) {
      const { fact, several } = control.dataset;
      if (fact !== undefined) control.value = facts[fact] ? "yes" : "no";
      else if (control.id === "today") control.value = today;
      else if (several) control.checked = (raw[control.name] ?? []).includes(control.value);
      else if (control.name) control.value = raw[control.name] ?? "";
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // As text, which the driver hands over faster than values.
  return JSON.stringify(JSON.parse(said).map((lead) => {
    say(lead);
    return {
      clause: result.dataset.clause ?? null,
      isDrawn: document.getElementById("traced").textContent.startsWith("The thick line"),
      boxes: names("[data-box]:not(.f)", "box"),
      lines: names("polyline.w[data-ends]", "ends"),
      pale: names("polyline.f[data-ends]", "ends"),
    };
  }));
}
