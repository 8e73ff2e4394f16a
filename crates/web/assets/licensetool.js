// Makes pages instant: filters and sorting without a reload, numbers renewed in place when
// something has changed. Everything works without it, by the same addresses.
"use strict";
(() => {
  const regions = "[data-region]";
  const here = () => location.pathname + location.search;
  let turn = 0;
  let shown = here();

  // What is being clicked does not change between press and release.
  let pressed = false;
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => (pressed = false), true);

  // Takes over what the page at an address has in its regions.
  const take = async (address, push) => {
    const mine = ++turn;
    let answer;
    try {
      answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin" });
    } catch {
      return;
    }
    if (answer.redirected || answer.status === 401) return location.assign(address);
    if (!answer.ok || mine !== turn) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== turn || (pressed && !push)) return;
    for (const region of document.querySelectorAll(regions)) {
      const fresh = page.getElementById(region.id);
      if (!fresh || region.innerHTML === fresh.innerHTML) continue;
      // Nothing moves under the hands of somebody who has opened something.
      if (!push && region.querySelector("details[open]")) continue;
      if (region.contains(document.activeElement)) keepingFocus(region, fresh);
      else region.replaceChildren(...fresh.childNodes);
    }
    if (push) history.pushState(null, "", address);
    shown = here();
  };

  // Somebody who reads with the keyboard stays where they are.
  const keepingFocus = (region, fresh) => {
    const id = document.activeElement.id;
    if (document.activeElement.matches("input, select, textarea")) return;
    region.replaceChildren(...fresh.childNodes);
    if (id) document.getElementById(id)?.focus();
  };

  const addressOf = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    const text = query.toString();
    return form.getAttribute("action") + (text ? "?" + text : "");
  };

  let typing;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches("form[data-filter]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => take(addressOf(form), true), 120);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-filter]")) return;
    event.preventDefault();
    take(addressOf(event.target), true);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-instant]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (!link || !plain) return;
    event.preventDefault();
    take(link.getAttribute("href"), true);
  });
  // A jump within the page, such as to its content, is no other page.
  addEventListener("popstate", () => here() === shown || location.reload());

  // Ages grow by themselves; numbers change when the server says so. A page that nobody sees does
  // not listen: a browser holds few connections to one server, and other pages need them.
  if (document.body.hasAttribute("data-live")) {
    const renew = () => document.hidden || take(here(), false);
    let events;
    const listen = () => {
      events?.close();
      events = undefined;
      if (document.hidden) return;
      events = new EventSource("/events");
      events.addEventListener("changed", renew);
    };
    const comeAgain = () => {
      listen();
      renew();
    };
    listen();
    setInterval(renew, 60000);
    document.addEventListener("visibilitychange", comeAgain);
    addEventListener("pagehide", () => events?.close());
    addEventListener("pageshow", ({ persisted }) => persisted && comeAgain());
  }
})();
