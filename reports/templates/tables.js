"use strict";
/* Sorting and filtering of the tables, and folded tables opened for printing. Without scripts every row is readable. */
const WORDS = JSON.parse(document.getElementById("words").textContent);
function say(key, values) {
  return (WORDS[key] || key).replace(/\{(\w+)\}/g, (hole, name) => (values && name in values ? String(values[name]) : hole));
}
/* An element with attributes and children; strings become text, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}
(function tables() {
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  function sortable(table) {
    const body = table.tBodies[0];
    if (body.rows.length < 5 || ["table-facts", "table-inputs"].includes(table.id)) return;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const inside = [...head.childNodes];
      const title = (head.querySelector(".long") || head).textContent;
      // A real button would vanish from the heads that a printer repeats on every page.
      const button = make("span", { role: "button", tabindex: "0", class: "sort", title: say("page.sort", { what: title }) }, ...inside);
      head.append(button);
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        button.click();
      });
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("num");
        const was = head.getAttribute("aria-sort");
        const down = was ? was === "ascending" : numeric;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = [...body.rows].map((row) => {
          const cell = row.cells[column];
          return [numeric ? Number(cell.dataset.value ?? NaN) : cell.textContent, row];
        });
        keyed.sort(([a], [b]) => {
          if (!numeric) return down ? collator.compare(b, a) : collator.compare(a, b);
          if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b);
          return down ? b - a : a - b;
        });
        body.append(...keyed.map(([, row]) => row));
      });
    });
  }
  function filterable(table) {
    const rows = [...table.tBodies[0].rows];
    const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.key === "service");
    const services = [...new Set(rows.map((row) => row.cells[column].textContent))];
    const needle = make("input", { type: "search", placeholder: say("page.filter_hint"), "aria-label": say("page.filter") });
    const choice = make("select", { "aria-label": say("map.service") }, make("option", { value: "" }, say("page.all_services")));
    for (const name of services) choice.append(make("option", { value: name }, name));
    const quiet = "quiet" in table.dataset ? make("input", { type: "checkbox" }) : null;
    const count = make("span", { class: "count", "aria-live": "polite" });
    function apply() {
      const wanted = needle.value.trim().toLowerCase();
      let shown = 0;
      // Whoever has chosen rows gets them all on paper; else paper has the first or dearest ones.
      table.classList.toggle("chosen", Boolean(wanted || choice.value || (quiet && quiet.checked)));
      for (const row of rows) {
        const hit = (!choice.value || row.cells[column].textContent === choice.value) &&
          (!wanted || row.textContent.toLowerCase().includes(wanted)) && (!quiet || quiet.checked || !row.classList.contains("quiet"));
        row.hidden = !hit;
        shown += hit;
      }
      count.textContent = say("page.rows", { shown: shown.toLocaleString("en"), whole: rows.length.toLocaleString("en") });
    }
    for (const control of [needle, choice, quiet]) if (control) control.addEventListener("input", apply);
    table.closest(".scroll").before(make("div", { class: "filters" }, needle, choice,
      quiet && make("label", {}, quiet, say("page.show_all")), count));
    apply();
  }
  for (const table of document.querySelectorAll("table.data")) sortable(table);
  for (const id of ["table-sites", "table-unserved"]) {
    const table = document.getElementById(id);
    if (table && table.tBodies[0].rows.length > 8) filterable(table);
  }
  const opened = [];
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details:not([open])")) { fold.open = true; opened.push(fold); }
  });
  window.addEventListener("afterprint", () => { for (const fold of opened.splice(0)) fold.open = false; });
})();
