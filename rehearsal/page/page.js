"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const asked = new URLSearchParams(location.search).get("theme");
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const paint = (theme) => {
    if (theme) root.dataset.theme = theme;
    button.textContent = dark() ? "Light colours" : "Dark colours";
  };
  const remembered = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  button.hidden = false;
  paint(asked || remembered());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint());
  button.addEventListener("click", () => {
    paint(dark() ? "light" : "dark");
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a file may have no storage */ }
  });

  const choose = (article) => {
    for (const one of article.parentElement.children) one.classList.toggle("shown", one === article);
    const views = article.closest(".views");
    for (const link of views.querySelectorAll(".picker a")) {
      if (link.hash === "#" + article.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    views.querySelector("select").value = article.id;
  };

  for (const views of document.querySelectorAll(".views")) {
    const picker = views.querySelector(".picker");
    const label = document.createElement("label");
    const select = document.createElement("select");
    label.className = "pick";
    label.append(picker.dataset.label, select);
    for (const list of picker.querySelectorAll("ul")) {
      const group = document.createElement("optgroup");
      group.label = list.previousElementSibling.textContent;
      for (const link of list.querySelectorAll("a")) {
        const parts = [...link.childNodes].map((node) => node.textContent.trim()).filter(Boolean);
        group.append(new Option(parts.join(", "), link.hash.slice(1)));
      }
      select.append(group);
    }
    select.addEventListener("change", () => { location.hash = select.value; });
    picker.before(label);
    const first = views.querySelector("article:has(ol)") || views.querySelector("article");
    if (first) choose(first);
  }

  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const article = target.closest("article");
    if (article) choose(article);
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    target.scrollIntoView({ block: "start" });
    const place = target === article ? article.querySelector("h3") : target;
    if (!place.hasAttribute("tabindex")) place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) follow();
  });
  follow();
})();
