// Sorts tables and filters the findings. Without it every page still reads.
"use strict";

// A button in each heading of a table that may be sorted.
for (const table of document.querySelectorAll("table.sort")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "descending" || !head.hasAttribute("aria-sort") && !head.classList.contains("n");
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => {
        const cell = row.cells[column];
        const data = cell.querySelector("data");
        const text = data ? data.value : cell.textContent.trim();
        const number = Number(text);
        return text !== "" && Number.isFinite(number) ? [0, number] : [text === "" ? 2 : 1, text];
      };
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort(([a], [b]) => {
        if (a[0] !== b[0]) return a[0] - b[0];
        const order = a[0] === 0 ? a[1] - b[1] : String(a[1]).localeCompare(String(b[1]), "zh");
        return up ? order : -order;
      });
      body.append(...rows.map(([, row]) => row));
    });
  });
}

// A link to a finding inside a closed part opens it; a printed page shows everything.
window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});

window.addEventListener("DOMContentLoaded", () => {
  const data = window.minsheng;
  const form = document.getElementById("filters");
  if (!data || !form) return;
  const body = document.querySelector("#findings tbody");
  const count = document.getElementById("count");
  const pager = document.getElementById("pager");
  const size = Number(body.dataset.page);
  const RULE = 0, VERDICT = 1, SUBJECT = 2, COMMUNITY = 3, MESSAGE = 4, DUE = 5, REASON = 6;
  let page = 0;
  let found = [];

  const option = (name, value, label) => {
    const item = document.createElement("option");
    item.value = value;
    item.textContent = label;
    form.elements[name].append(item);
  };
  const used = new Set(data.rows.map((row) => row[VERDICT]));
  for (const [id, label] of Object.entries(data.verdicts)) if (used.has(id)) option("verdict", id, label);
  for (const key of ["severity", "stage"]) {
    const seen = new Map(data.rules.map((rule) => [rule[key], rule[key + "_label"]]));
    for (const [id, label] of seen) option(key, id, label);
  }
  for (const [code, name] of Object.entries(data.communities)) option("community", code, name);
  for (const rule of [...data.rules].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }))) option("rule", rule.id, rule.id + " " + rule.title);

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const line = (row) => {
    const rule = data.rules[row[RULE]];
    const tr = document.createElement("tr");
    const verdict = element("td");
    verdict.append(element("span", data.verdicts[row[VERDICT]], "v v-" + row[VERDICT]));
    const subject = element("th");
    subject.scope = "row";
    if (row[COMMUNITY] && data.communities[row[COMMUNITY]]) {
      const link = element("a", row[SUBJECT]);
      link.href = "c-" + row[COMMUNITY] + ".html#" + encodeURIComponent(row[SUBJECT]);
      subject.append(link, element("br"), element("small", data.communities[row[COMMUNITY]]));
    } else {
      subject.textContent = row[SUBJECT];
    }
    if (data.dossiers[row[SUBJECT]]) {
      const file = element("a", body.dataset.file, "file");
      file.href = encodeURIComponent(data.dossiers[row[SUBJECT]]);
      subject.append(" ", file);
    }
    const clause = element("td");
    clause.append(element("code", rule.id), " " + rule.title, element("br"), element("span", rule.cite + "「" + rule.quote + "」", "quiet"));
    const message = element("td", row[MESSAGE]);
    if (row[DUE]) message.append(" ", element("span", body.dataset.due + " " + row[DUE], "quiet"));
    if (row[REASON]) message.append(element("br"), element("span", body.dataset.reason + row[REASON], "reason"));
    tr.append(verdict, subject, clause, message);
    return tr;
  };
  const show = () => {
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const part = found.slice(page * size, (page + 1) * size);
    body.replaceChildren(...part.map(line));
    count.textContent = found.length === 0 ? body.dataset.none : body.dataset.shown
      .replace("{n}", found.length).replace("{a}", page * size + 1).replace("{b}", page * size + part.length);
    count.value = count.textContent;
    body.dataset.found = found.length;
    pager.hidden = pages < 2;
    pager.querySelector("[data-step='-1']").disabled = page === 0;
    pager.querySelector("[data-step='1']").disabled = page === pages - 1;
  };
  const filter = () => {
    const want = Object.fromEntries(new FormData(form));
    const words = want.q.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const rules = data.rules.map((rule) =>
      (!want.severity || rule.severity === want.severity) && (!want.stage || rule.stage === want.stage) && (!want.rule || rule.id === want.rule));
    found = data.rows.filter((row) => {
      if (!rules[row[RULE]]) return false;
      if (want.verdict && row[VERDICT] !== want.verdict) return false;
      if (want.community && row[COMMUNITY] !== want.community) return false;
      if (words.length === 0) return true;
      const rule = data.rules[row[RULE]];
      const text = [rule.id, rule.title, rule.cite, row[SUBJECT], row[MESSAGE], row[REASON] || ""].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    page = 0;
    show();
  };
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const control of form.elements) if (control.name) control.value = asked.get(control.name) || "";
    filter();
  };
  const write = () => {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) asked.set(name, value);
    history.replaceState(null, "", "#" + asked);
    filter();
  };
  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(write));
  pager.addEventListener("click", (event) => {
    const step = Number(event.target.dataset.step);
    if (!step) return;
    page += step;
    show();
    document.getElementById("main").scrollIntoView();
  });
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
});
