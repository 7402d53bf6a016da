// Stores what is said at the desk, one thing after another, each against the version that the last answer gave. What a
// broken connection loses is sent again exactly as it was said; after a refusal nothing more goes out, and it is told.
import { now } from "./sound.js";

const RETRY_MS = 3000;
const TYPING_MS = 700;
const desk = document.querySelector("[data-desk]");
const total = () => document.getElementById("desk-total");
const waiting = []; // {form, url, body}: said and not stored yet, the first is on its way
const typing = new Map(); // form → its timer
let isRunning = false;
let isRefused = false;
let leave = null; // the form that ends the work here, once everything is stored

function say(form, extra = {}) {
  clearTimeout(typing.get(form));
  typing.delete(form);
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const last = waiting.at(-1);
  const isOnItsWay = waiting.length === 1 && isRunning;
  const isPlain = (said) => !said.has("attach_s") && !said.has("without") && !form.hasAttribute("data-undo");
  if (last?.form.id === form.id && form.id && !isOnItsWay && isPlain(last.body) && isPlain(body)) last.body = body;
  else waiting.push({ form, url: form.action, body });
  send();
}

export function sayWhatIsTyped() {
  for (const form of [...typing.keys()]) say(form);
}

async function send() {
  if (isRunning || isRefused || !waiting.length) return finish();
  isRunning = true;
  const [first] = waiting;
  first.body.set("version", total().dataset.version);
  let answer, text;
  try {
    // As the server's other parts of pages; a way to the sign-in page is a refusal, not an answer.
    const headers = { "HX-Request": "true" };
    answer = await fetch(first.url, { method: "POST", body: first.body, headers, redirect: "manual" });
    text = await answer.text();
  } catch {
    answer = null;
  }
  isRunning = false;
  if (!answer || answer.status >= 500) return later();
  const parts = new DOMParser().parseFromString(text, "text/html").body;
  if (!answer.ok || !parts.querySelector("#desk-total")) return refuse(answer.ok || !answer.status ? null : parts);
  waiting.shift();
  show(parts);
  return send();
}

function later() {
  const place = total().querySelector("[data-saved]");
  place.textContent = desk.dataset.wordsUnsaved;
  place.classList.add("is-unsaved");
  setTimeout(send, RETRY_MS);
}

function refuse(parts) {
  isRefused = true;
  leave = null;
  const trouble = document.getElementById("desk-trouble");
  const note = parts?.querySelector("[role=alert]") ?? document.getElementById("desk-refused").content.firstElementChild;
  trouble.replaceChildren(document.importNode(note, true));
  trouble.scrollIntoView({ block: "nearest" });
}

// Parts take the place of those with the same id. What waits behind them was said later and stays on the page.
function show(parts) {
  const at = desk.querySelector(".is-current")?.id;
  for (const part of [...parts.children]) if (part.id) document.getElementById(part.id)?.replaceWith(part);
  for (const { form, body } of waiting) {
    const here = form.id && document.getElementById(form.id);
    if (!here || here === form) continue;
    for (const field of here.querySelectorAll("[name=judgement], [name=praised]")) {
      field.checked = body.get(field.name) === field.value;
    }
    for (const field of here.querySelectorAll("textarea, select")) field.value = body.get(field.name) ?? field.value;
  }
  desk.dispatchEvent(new CustomEvent("sapa:saved", { detail: at }));
}

function finish() {
  if (isRunning || isRefused || waiting.length || !leave) return;
  leave.elements.version.value = total().dataset.version;
  const form = leave;
  leave = null;
  form.submit();
}

if (desk) {
  const saved = (event) => event.target.closest("form[data-saves]");
  desk.addEventListener("change", (event) => {
    if (saved(event)) say(saved(event));
  });
  desk.addEventListener("input", (event) => {
    const form = event.target.matches("textarea") && saved(event);
    if (!form) return;
    clearTimeout(typing.get(form));
    typing.set(form, setTimeout(() => say(form), TYPING_MS));
  });
  desk.addEventListener("submit", (event) => {
    event.preventDefault();
    sayWhatIsTyped();
    const { target: form, submitter } = event;
    if (!form.hasAttribute("data-saves")) {
      leave = form;
      finish();
    } else if (submitter?.name) say(form, { [submitter.name]: submitter.value || now().toFixed(2) });
    else say(form);
  });
  addEventListener("beforeunload", (event) => {
    if ((waiting.length || typing.size) && !isRefused) event.preventDefault();
  });
}
