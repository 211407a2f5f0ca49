// Only enhances: sorts tables by a column, filters services by team, and says the nearest
// point of a chart. Without it the page says the same.
(() => {
  const number = (text) => {
    const found = text.replace(/[, ]/g, "").match(/-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : null;
  };
  const unit = { s: 1, min: 60, h: 3600, d: 86400, wk: 604800, mo: 2629800 };
  const value = (cell) => {
    const text = cell ? cell.textContent.trim() : "";
    if (/^\d{4}-\d\d-\d\d/.test(text)) return null;
    const rate = text.match(/^([\d.,]+) a (day|week|month|year)\b/);
    if (rate) return Number(rate[1].replace(/,/g, "")) / { day: 1, week: 7, month: 30.4375, year: 365.25 }[rate[2]];
    const of = text.match(/^(-?[\d.,]+)\s*(s|min|h|d|wk|mo)\b/);
    if (of) return Number(of[1].replace(/,/g, "")) * unit[of[2]];
    return /^[-\d]/.test(text) ? number(text) : null;
  };
  for (const table of document.querySelectorAll("table.groups, table.events")) {
    table.querySelectorAll("thead th").forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [value(row.cells[column]), row.cells[column]?.textContent.trim() ?? "", row]);
        rows.sort(([a, x], [b, y]) => {
          if ((x === "") !== (y === "")) return x === "" ? 1 : -1;
          if ((a === null) !== (b === null)) return a === null ? 1 : -1;
          const order = a === null ? x.localeCompare(y) : a - b;
          return up ? order : -order;
        });
        body.append(...rows.map(([, , row]) => row));
      });
    });
  }
  const rows = [...document.querySelectorAll("tr[data-team]")];
  const teams = [...new Set(rows.map((row) => row.dataset.team).filter(Boolean))].sort();
  const place = document.getElementById("team-filter");
  if (place && teams.length > 1) {
    const label = document.createElement("label");
    label.textContent = "Team ";
    const choice = document.createElement("select");
    choice.append(new Option("all", ""), ...teams.map((team) => new Option(team, team)));
    choice.addEventListener("change", () => {
      for (const row of rows) row.hidden = choice.value !== "" && row.dataset.team !== choice.value;
    });
    label.append(choice);
    place.append(label);
  }
  for (const figure of document.querySelectorAll("figure")) {
    const svg = figure.querySelector("svg.chart");
    const points = [...figure.querySelectorAll("details tbody tr")];
    const heads = [...figure.querySelectorAll("details thead th")].map((head) => head.textContent);
    if (!svg || !figure.dataset.axis || points.length < 2) continue;
    const [left, right, days, first] = figure.dataset.axis.split(" ").map(Number);
    const tip = document.createElement("output");
    tip.className = "tip";
    figure.querySelector(".scroll").after(tip);
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const day = (((event.clientX - box.left) / box.width - left) / (right - left)) * days - 0.5;
      const row = points[Math.max(0, Math.min(points.length - 1, Math.round((day - first) / 7)))];
      tip.textContent = [...row.cells].map((cell, index) => (index ? heads[index] + ": " : "") + cell.textContent).join(" · ");
    });
    svg.addEventListener("pointerleave", () => { tip.textContent = ""; });
  }
})();
