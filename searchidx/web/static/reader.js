/* Makes the pages quicker; nothing needs it. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, text = "", className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  const searching = () => $("body.searching") && $("#search");

  // Results without a full reload: form and main part of the new page are put in place.
  const here = () => location.pathname + location.search;
  let turn = 0, shown = here();
  const show = async (url, push = true) => {
    const mine = ++turn, { id, name, value } = document.activeElement, folds = $$(".fold").map(each => each.open);
    let page;
    try {
      page = new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
    } catch {
      location.href = url;
    }
    if (mine !== turn || !page) return;
    if (push) history.pushState(null, "", url);
    shown = here();
    document.title = page.title;
    for (const part of ["#search", "#main"]) $(part).replaceWith($(part, page));
    $$(".fold").forEach((each, at) => { each.open = folds[at]; });
    const status = $("#status"), text = status?.textContent;
    if (status) {
      status.textContent = "";
      setTimeout(() => { status.textContent = text; }, 99);
    }
    ($$("input").find(each => each.name === name && each.value === value) || document.getElementById(id))?.focus({ preventScroll: true });
    complete();
    copying();
  };
  const address = form => form.action + "?" + new URLSearchParams([...new FormData(form)].filter(pair => pair[1]));
  document.addEventListener("change", ({ target }) => {
    if (target.type === "checkbox" && target.form && target.form === searching()) show(address(target.form));
  });
  document.addEventListener("submit", event => {
    if (event.target !== searching()) return;
    event.preventDefault();
    show(address(event.target));
  });
  addEventListener("popstate", () => searching() && here() !== shown && show(location.href, false));

  // Keys, which the help page can switch off.
  const box = $("#keys"), store = globalThis.localStorage;
  const on = () => store?.getItem("keys") !== "off";
  if (box && store) {
    box.disabled = false;
    box.checked = on();
    box.addEventListener("change", () => store.setItem("keys", box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || !on() || event.target.closest("input:not([type=checkbox])")) return;
    const links = $$(".hits h3 a"), at = links.indexOf(document.activeElement);
    if (event.key === "/") $("#q").focus();
    else if (event.key === "?") location.href = "/help";
    else if (event.key === "j") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "k") links[Math.max(at - 1, 0)]?.focus();
    else return;
    event.preventDefault();
  });

  // Completions under the box by kind, none preselected: Enter sends what is typed.
  const kinds = { word: ["Words", "/search?q="], place: ["Places", "/places/"], entity: ["Names", "/names/"], topic: ["Topics", "/topics/"], day: ["Days", "/news/?when="] };
  let last = 0;
  const complete = () => {
    const input = $("#q"), form = $("#search"), list = make("div", "", "completions");
    list.hidden = true;
    form.append(list);
    input.addEventListener("input", async () => {
      const mine = ++last, text = input.value.trim();
      await new Promise(resolve => setTimeout(resolve, 120));
      if (mine !== last) return;
      const found = text.length < 2 ? [] : (await (await fetch("/suggest?q=" + encodeURIComponent(text))).json()).completions;
      if (mine !== last) return;
      list.replaceChildren(...Object.entries(kinds).map(([kind, [title, path]]) => {
        const group = make("ul");
        group.append(...found.filter(each => each.kind === kind).map(each => {
          const item = make("li"), link = make("a", each.text);
          link.href = path + encodeURIComponent(kind === "word" ? text.replace(/\S+$/, each.text) : each.text);
          item.append(link, " ", make("span", each.count.toLocaleString("en"), "count"));
          return item;
        }));
        if (group.children.length) group.prepend(make("li", title, "soft"));
        return group;
      }));
      list.hidden = !found.length;
    });
    form.addEventListener("keydown", event => {
      const links = $$("a", list), at = links.indexOf(document.activeElement);
      if (event.key === "Escape") input.focus();
      else if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
      else if (event.key === "ArrowUp") (links[at - 1] || input).focus();
      else return;
      list.hidden = event.key === "Escape" || !links.length;
      event.preventDefault();
    });
    form.addEventListener("focusout", event => form.contains(event.relatedTarget) || (list.hidden = true));
  };
  complete();

  // Copying citations and commands.
  const copying = () => navigator.clipboard && $$(".citation, .use code").forEach(each => {
    const button = make("button", "Copy", "copy");
    button.onclick = () => navigator.clipboard.writeText(each.textContent).then(() => { button.textContent = "Copied"; });
    each.after(" ", button);
  });
  copying();

  // Dragging over the timeline fills in the two dates.
  const bar = event => event.target.closest(".bars a");
  let from;
  document.addEventListener("pointerdown", event => { from = bar(event); });
  document.addEventListener("dragstart", event => bar(event) && event.preventDefault());
  document.addEventListener("pointerup", event => {
    const to = bar(event), form = searching();
    if (!from || !to || from === to || !form) return;
    const [first, end] = [from, to].sort((a, b) => (a.dataset.first < b.dataset.first ? -1 : 1));
    $("[name=after]").value = first.dataset.first;
    $("[name=before]").value = end.dataset.next;
    $$("[name=date]", form).forEach(each => each.remove());
    show(address(form));
  });
})();
