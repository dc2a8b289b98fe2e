"use strict";
(() => {
  const findings = [...document.querySelectorAll(".finding")];
  const chips = [...document.querySelectorAll(".chip[data-severity]")];
  const suppressed = document.querySelector(".chip[data-suppressed]");
  const rule = document.getElementById("rule");
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const texts = findings.map((finding) => finding.textContent.toLowerCase());
  const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

  function update() {
    const severities = new Set(chips.filter(isPressed).map((chip) => chip.dataset.severity));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    findings.forEach((finding, index) => {
      const visible = severities.has(finding.dataset.severity)
        && (finding.dataset.suppressed === "false" || isPressed(suppressed))
        && (rule.value === "" || finding.dataset.rule === rule.value)
        && words.every((word) => texts[index].includes(word));
      finding.hidden = !visible;
      if (visible) shown += 1;
    });
    count.textContent = shown + " of " + findings.length + " shown";
  }

  for (const button of [...chips, suppressed]) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(!isPressed(button)));
      update();
    });
  }
  rule.addEventListener("change", update);
  search.addEventListener("input", update);
  update();
  const first = findings.find((finding) => !finding.hidden);
  if (first) first.open = true;
})();
