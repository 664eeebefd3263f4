// What makes pages quicker; each works without it. Nothing is kept in the browser.
"use strict";
(() => {
  const one = (query, from = document) => from.querySelector(query);
  const all = (query, from = document) => [...from.querySelectorAll(query)];

  // Menus of the bar close when something else is meant.
  addEventListener("click", (event) => {
    for (const menu of all(".ak-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // The palette: the search of the bar answers while one writes.
  const form = one("form[data-palette]");
  if (form) {
    const box = one("input[name=words]", form);
    const list = document.createElement("div");
    list.className = "ak-palette";
    list.id = "palette";
    list.hidden = true;
    form.append(list);
    box.setAttribute("aria-controls", "palette");
    let asked = 0, wait;
    const rows = () => all("a", list);
    const mark = (row) => {
      for (const other of rows()) other.removeAttribute("data-at");
      if (row) { row.setAttribute("data-at", ""); row.scrollIntoView({ block: "nearest" }); }
    };
    const look = async () => {
      const words = box.value.trim();
      const mine = ++asked;
      if (words.length < 2) { list.hidden = true; list.replaceChildren(); return; }
      const answer = await fetch(form.dataset.palette, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (mine !== asked || !answer.ok) return;
      list.innerHTML = await answer.text();
      list.hidden = false;
      mark(rows()[0]);
    };
    box.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(look, 180); });
    box.addEventListener("keydown", async (event) => {
      const at = rows().findIndex((row) => row.hasAttribute("data-at"));
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const next = rows()[at + (event.key === "ArrowDown" ? 1 : -1)];
        if (next) mark(next);
        event.preventDefault();
      } else if (event.key === "Enter" && !list.hidden && rows()[at]) {
        event.preventDefault();
        rows()[at].click();
      } else if (event.key === "Escape") {
        list.hidden = true;
        box.value = "";
      }
    });
    addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (box.offsetParent) { box.focus(); box.select(); } else location.href = "/patients";
      }
    });
    addEventListener("click", (event) => { if (!form.contains(event.target)) list.hidden = true; });
  }

  // Lists of rows: arrows walk, Enter opens.
  for (const list of all("[data-rows]")) {
    const links = () => all("a[data-row]", list);
    addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const here = links().indexOf(document.activeElement);
      const field = document.activeElement?.matches("input,textarea,select,[contenteditable]");
      if (here < 0 && field && !document.activeElement.hasAttribute("data-to-rows")) return;
      const next = links()[Math.max(0, here + (event.key === "ArrowDown" ? 1 : -1))];
      if (next) { next.focus(); event.preventDefault(); }
    });
  }

  // Alt and a digit lead to the sections of a record, Ctrl and Enter sends the form one is in.
  addEventListener("keydown", (event) => {
    if (event.altKey && /^[1-9]$/.test(event.key)) {
      const link = all(".ak-side a")[event.key - 1];
      if (link) { event.preventDefault(); link.click(); }
    }
    if (event.ctrlKey && event.key === "Enter") {
      const form = document.activeElement?.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });

  // A form is sent once.
  addEventListener("submit", (event) => {
    if (event.target.dataset.sent) return event.preventDefault();
    if (event.target.hasAttribute("data-once")) event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => { for (const form of all("form[data-sent]")) delete form.dataset.sent; });

  // Points while one writes, by the bands that the server has put on each field.
  for (const form of all("form[data-score]")) {
    for (const button of all(".ak-noscript", form)) button.hidden = true;
    const band = (bands, value) => bands.find(([low, high]) => value >= low && value <= high)?.[2];
    const number = (text) => text.trim() === "" ? null : Number(text.replace(",", "."));
    const count = () => {
      let sum = 0, missing = 0, red = false;
      for (const field of all("[data-bands]", form)) {
        if (field.disabled) continue;
        const chosen = field.matches("fieldset") ? one("input:checked", field)?.value : field.value;
        let bands = JSON.parse(field.dataset.bands);
        const scale = one("input[name=scale]:checked", form)?.value;
        const oxygen = one("input[name=oxygen]:checked", form)?.value;
        if (field.dataset.bands2 && scale === "2") bands = JSON.parse(oxygen === "yes" ? field.dataset.bands3 : field.dataset.bands2);
        const words = field.matches("fieldset");
        const read = chosen == null || words ? chosen : number(chosen);
        const value = words || read === null ? read : Math.round(read * (field.dataset.times || 1));
        const points = value == null || Number.isNaN(value) ? undefined
          : words ? bands.find(([word]) => word === value)?.[1] : band(bands, value);
        const shown = one(`[data-points-of="${field.dataset.name}"]`, form);
        if (shown) { shown.textContent = points ?? "–"; shown.className = `ak-pt0 ak-pt${points ?? 0}`; }
        if (points === undefined) missing++; else { sum += points; red ||= points === 3; }
      }
      const total = one("[data-total]", form);
      if (!total) return;
      const level = missing ? "" : sum >= 7 ? "3" : sum >= 5 || red ? "2" : sum > 0 ? "1" : "0";
      one("b", total).textContent = sum;
      one("small", total).textContent = missing ? total.dataset.missing.replace("%", missing) : total.dataset["word" + level];
      total.dataset.level = level || "0";
    };
    form.addEventListener("input", count);
    form.addEventListener("change", count);
    count();
  }
})();
