/* Keys, copy buttons, theme, toasts. Every page works without this file. */
(() => {
  "use strict";

  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  /* What only works with JavaScript is hidden until here. */
  const reveal = (within) => all("[data-theme-switch], [data-dialog], [data-pick-all]", within).forEach((node) => (node.hidden = false));

  /* Theme: the server reads the cookie, so that no page flashes. */
  const switchTheme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };

  /* Toasts leave by themselves, except what went wrong. */
  const settle = (toast) => toast.classList.contains("toast--error") || setTimeout(() => toast.remove(), 7000);
  const say = (words, level = "success") => {
    const toast = document.createElement("div");
    toast.className = `toast toast--${level}`;
    toast.append(Object.assign(document.createElement("span"), { textContent: words }));
    one("#toasts").append(toast);
    settle(toast);
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.dataset.done = "";
      setTimeout(() => delete button.dataset.done, 1500);
    } catch {
      say(`Could not copy. The value is ${button.dataset.copy}`, "warning");
    }
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-copy], [data-theme-switch], [data-dialog], .toast");
    if (!target) return;
    if (target.dataset.copy !== undefined) copy(target);
    else if (target.dataset.themeSwitch !== undefined) switchTheme();
    else if (target.dataset.dialog) one(`#${target.dataset.dialog}`).showModal();
    else target.remove();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      all('input[name="pk"]', event.target.closest("table")).forEach((box) => (box.checked = event.target.checked));
    }
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  /* Rows: j and k move, x selects, enter opens; a letter presses the button that carries it. */
  const rows = () => all("[data-rows] tbody .row");
  const current = () => one("[data-rows] tbody .row[data-current]");

  const move = (step) => {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(current());
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    if (at >= 0) delete list[at].dataset.current;
    next.dataset.current = "";
    next.scrollIntoView({ block: "nearest" });
    (one("[data-open]", next) ?? one("a, button, input", next))?.focus({ preventScroll: true });
  };

  const select = () => {
    const box = current() && one('input[name="pk"]', current());
    if (box) box.checked = !box.checked;
  };

  const press = (key) => {
    const button = one(`[data-key="${key}"]:not(:disabled)`);
    if (!button) return false;
    const boxes = all('[data-rows] input[name="pk"]');
    if (boxes.length && button.dataset.lone === undefined && !boxes.some((box) => box.checked)) {
      if (!current()) return false;
      select();
    }
    if (button.tagName === "TEXTAREA") {
      button.focus();
      return true;
    }
    if (button.tagName === "SUMMARY") button.parentElement.open = true;
    button.tagName === "SUMMARY" ? one("input, select, textarea, button", button.parentElement)?.focus() : button.click();
    return true;
  };

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: select,
    "/": () => one("#search")?.focus(),
    "?": () => one("#keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (event.key === "Escape" && typing) return typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    if (event.key === "Enter") {
      const link = !event.target.closest("a, button, summary") && current() && one("[data-open]", current());
      if (!link) return;
      event.preventDefault();
      link.click();
      return;
    }
    const handled = keys[event.key] ? (keys[event.key](), true) : /^[a-z]$/.test(event.key) && press(event.key);
    if (handled) event.preventDefault();
  });

  /* htmx: a refusal is said aloud instead of swallowed; forms answer with their problems. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 ? "Your role may not do this. Nothing was changed." : "That did not work. Nothing was changed; try again.", "error");
  });
  document.addEventListener("htmx:sendError", () => say("Plumbline cannot be reached. What you see may be old.", "error"));
  document.addEventListener("toast", (event) => say(event.detail.value ?? event.detail.text ?? "Done"));
  document.addEventListener("htmx:load", (event) => reveal(event.detail.elt));

  /* What scrolls sideways can be reached and scrolled by keys. */
  const reach = () => all(".scroll").forEach((node) => (node.scrollWidth > node.clientWidth ? (node.tabIndex = 0) : node.removeAttribute("tabindex")));
  document.addEventListener("htmx:load", reach);
  addEventListener("resize", reach);

  /* Quiet refresh: not while somebody has ticked, opened or is typing something in it. */
  const chosen = (select) => [...select.options].some((option) => option.selected !== option.defaultSelected && (option.value || select.value));
  const typed = (node) => all("textarea, input[type=text], input[type=date], input:not([type])", node).some((field) => field.value !== field.defaultValue) || all("select", node).some(chosen);
  const busy = (node) => document.hidden || node.contains(document.activeElement) || one(".pop[open], input:checked, [data-current]", node) || typed(node);
  let seconds = 0;
  setInterval(() => {
    seconds += 1;
    all("[data-quiet]").forEach((node) => seconds % Number(node.dataset.quiet || 30) || busy(node) || window.htmx?.trigger(node, "quiet"));
  }, 1000);
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === "quiet") event.detail.headers["X-Quiet-Refresh"] = "1";
  });

  reveal(document);
  reach();
  all(".toast").forEach(settle);
})();
