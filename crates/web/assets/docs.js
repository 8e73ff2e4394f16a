// Tries an operation in place. Without this script the forms only say what there is to fill in, and
// links open what needs nothing filled in.
"use strict";

function requestOf(form) {
  let path = form.getAttribute("action");
  const query = new URLSearchParams();
  const options = { method: form.dataset.method, headers: {} };
  for (const field of form.elements) {
    if (!field.name || field.value === "") continue;
    switch (field.dataset.in) {
      case "path":
        path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
        break;
      case "query":
        query.append(field.name, field.value);
        break;
      case "header":
        options.headers[field.name] = field.value;
        break;
      case "body":
        options.body = field.value;
        options.headers["Content-Type"] = "application/json";
        break;
    }
  }
  return [query.size ? `${path}?${query}` : path, options];
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function attempt(form) {
  const [url, options] = requestOf(form);
  let shown = form.nextElementSibling;
  if (!shown || shown.tagName !== "PRE") {
    shown = document.createElement("pre");
    shown.setAttribute("aria-live", "polite");
    shown.tabIndex = 0;
    form.after(shown);
  }
  shown.textContent = `${options.method} ${url}\n…`;
  try {
    const answer = await fetch(url, options);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const body = readable(await answer.text());
    shown.textContent = `${options.method} ${url}\n${answer.status}\n${headers}\n\n${body}`;
  } catch (error) {
    shown.textContent = `${options.method} ${url}\n${error}`;
  }
}

for (const form of document.querySelectorAll("form")) {
  form.querySelector("fieldset").disabled = false;
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(form);
  });
}
