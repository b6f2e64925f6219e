// The desk's keys, and adding a finding by selecting text. Every page works without this file: a key presses a button or
// follows a link that is on the page.
"use strict";

const OFF = "retally-keys-off";
const dialog = document.getElementById("keys");
const toggle = document.getElementById("keys-on");
let leader = "";
let leaderTimer = 0;

function stored(name) {
  try { return window.localStorage.getItem(name); } catch { return null; }
}

function store(name, value) {
  try { window.localStorage.setItem(name, value); } catch { /* a private window: the choice holds for this page */ }
}

function shown(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function byKey(key) {
  return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && shown(one));
}

function act(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else if (element.matches("summary")) {
    const panel = element.parentElement;
    panel.open = !panel.open;
    if (panel.open) {
      if (panel.id === "missed") takeSelection();
      firstField(panel);
    }
  } else {
    element.click();
  }
}

// The field in which a person most likely writes first: words that were selected need no writing.
function firstField(panel) {
  const fields = [...panel.querySelectorAll("button.reason, input:not([type=hidden])")];
  const field = fields.find((one) => !(one.name === "words" && one.value)) ?? fields[0];
  field?.focus();
  if (field?.matches("input")) field.select();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const writing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape") {
    if (dialog.open) return;
    const panel = event.target.closest?.("details[open].panel");
    if (panel && !document.body.classList.contains("blind")) panel.open = false;
    if (writing || panel) document.activeElement.blur();
    else byKey("Escape")?.click();
    return;
  }
  if (writing || dialog.open || (!toggle.checked && event.key !== "?")) return;
  const key = leader ? `${leader} ${event.key}` : event.key;
  leader = "";
  const element = byKey(key);
  if (element) {
    event.preventDefault();
    act(element);
  } else if (event.key === "g") {
    leader = "g";
    window.clearTimeout(leaderTimer);
    leaderTimer = window.setTimeout(() => { leader = ""; }, 1200);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (rove(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  }
});

// Up and down from row to row, once a row has the focus.
function rove(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(shown);
  const at = rows.indexOf(document.activeElement);
  if (at < 0) return false;
  rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
  return true;
}

// Help ------------------------------------------------------------------------------------------------------------

function help() {
  const list = dialog.querySelector(".keys");
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key][data-help]")) {
    const term = document.createElement("dt");
    for (const part of element.dataset.key.split(" ")) {
      const key = document.createElement("kbd");
      key.textContent = part === "Escape" ? "Esc" : part;
      term.append(key, " ");
    }
    const words = document.createElement("dd");
    words.textContent = element.dataset.help;
    list.append(term, words);
  }
  dialog.showModal();
}

document.querySelector("[data-opens=keys]")?.addEventListener("click", help);
toggle.checked = stored(OFF) !== "1";
toggle.addEventListener("change", () => store(OFF, toggle.checked ? "" : "1"));

// A finding that was missed ---------------------------------------------------------------------------------------

// Offsets count characters, as the store does: a letter outside the basic plane is one, not two.
function characters(text) {
  return [...text].length;
}

function offset(node, place) {
  const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest("[data-at]");
  if (!piece) return null;
  const before = document.createRange();
  before.selectNodeContents(piece);
  before.setEnd(node, place);
  return Number(piece.dataset.at) + characters(before.toString());
}

function takeSelection() {
  const selection = window.getSelection();
  const form = document.querySelector("#missed form");
  const text = document.querySelector("[data-text]");
  if (!form || !text || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return;
  const start = offset(range.startContainer, range.startOffset);
  const end = offset(range.endContainer, range.endOffset);
  const words = selection.toString();
  if (start === null || end === null || end <= start) return;
  const lead = characters(words) - characters(words.trimStart());
  const tail = characters(words) - characters(words.trimEnd());
  form.elements.start.value = start + lead;
  form.elements.end.value = end - tail;
  form.elements.words.value = words.trim();
  guess(form, words.trim());
}

// "18 of 41", "18/41", "44%": the plain forms fill their fields; a person checks them.
function guess(form, words) {
  const of = words.match(/^(\d+)\s*(?:\/|of|out of)\s*(?:the\s+)?(\d+)/);
  const share = words.match(/(\d+(?:\.\d+)?)\s*%/);
  const plain = words.match(/^\d+(?:\.\d+)?$/);
  if (of) [form.elements.numerator.value, form.elements.denominator.value] = [of[1], of[2]];
  if (share) [form.elements.stat.value, form.elements.value.value] = ["percent", share[1]];
  else if (plain) form.elements.value.value = plain[0];
}

document.querySelector("#missed form")?.elements.words.addEventListener("input", (event) => {
  event.target.form.elements.start.value = event.target.form.elements.end.value = "";
});

// Pages -----------------------------------------------------------------------------------------------------------

// A decision is sent once, however often the button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const wait = document.querySelector("[data-reload]");
if (wait) window.setTimeout(() => window.location.reload(), Number(wait.dataset.reload));

// What was said belongs to the step before: it does not stay in the address.
const address = new URL(window.location.href);
if (address.searchParams.has("said") || address.searchParams.has("after")) {
  address.searchParams.delete("said");
  address.searchParams.delete("after");
  window.history.replaceState(null, "", address);
}
document.querySelector(".near [aria-current]")?.scrollIntoView({ block: "nearest" });
