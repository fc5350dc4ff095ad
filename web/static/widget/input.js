// @ts-check
// The input: grows with its text, counts near the limit, suggests likely questions, and sends with Enter, but never
// while an input method composes.
import { button, el, newId } from "./dom.js";
import { tab } from "./net.js";
import { put } from "./texts.js";
/** @import {Options} from "../../types.d.ts" */
/** @import {Api} from "./net.js" */
/** @import {Texts} from "./texts.js" */

const [MAX_CHARS, COUNT_FROM] = [4000, 3600];
const [PAUSE_MS, MIN_TYPED, MAX_TYPED] = [250, 2, 60];
const SAME_KEY_MS = 100;

/** Knows when an Enter only confirms a conversion. Times are those of the events (ms). */
export class Ime {
  composing = false;
  ended = -Infinity;

  /**
   * @param {{type: string, timeStamp: number}} event compositionstart, compositionend or keyup
   */
  hear({ type, timeStamp }) {
    this.composing = type === "compositionstart" || (this.composing && type === "keyup");
    // Letting go of the key that ended the composition ends the wait, too.
    this.ended = type === "compositionend" ? timeStamp : -Infinity;
  }

  /**
   * Whether a key belongs to the input method. Chromium and Firefox say `isComposing` or key code 229; Safari ends the
   * composition first and sends the same Enter afterwards.
   * @param {Pick<KeyboardEvent, "isComposing" | "keyCode" | "timeStamp">} event
   */
  owns({ isComposing, keyCode, timeStamp }) {
    return isComposing || keyCode === 229 || this.composing || timeStamp - this.ended < SAME_KEY_MS;
  }
}

/**
 * Likely questions in a listbox over the field, which keeps the focus (aria-activedescendant).
 * @param {HTMLTextAreaElement} input
 * @param {Api} api
 * @param {Texts} t
 * @param {(words: string) => void} say
 * @param {(text: string) => void} choose
 */
function createSuggestions(input, api, t, say, choose) {
  const id = newId();
  const node = el("ul", { class: "suggestions", role: "listbox", id, "aria-label": t.suggestions, lang: "ja", hidden: true });
  input.ariaAutoComplete = "list";
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  let asked = new AbortController();
  let active = -1;

  /** @param {number} to -1: none */
  function activate(to) {
    active = to;
    [...node.children].forEach((option, i) => { option.ariaSelected = String(i === to); });
    input.setAttribute("aria-activedescendant", node.children[to]?.id ?? "");
    node.children[to]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string[]} [found] none: close */
  function show(found = []) {
    clearTimeout(timer);
    asked.abort();
    node.replaceChildren(...found.map((text) => el("li", {
      role: "option", id: newId(),
      // The field keeps the focus, so a press must not take it.
      pointerdown: (/** @type {Event} */ event) => event.preventDefault(),
      click: () => choose(text),
    }, text)));
    node.hidden = !found[0];
    if (found[0]) input.setAttribute("aria-controls", id);
    else input.removeAttribute("aria-controls");
    activate(-1);
    if (found[0]) say(put(t.found, found.length));
  }

  async function look() {
    const typed = input.value.trim();
    if (typed.length < MIN_TYPED || typed.length > MAX_TYPED || typed.includes("\n")) return show();
    const { signal } = (asked = new AbortController());
    // It is a comfort only: without an answer there is no list.
    const { suggestions } = await api.suggest(typed, signal).catch(() => ({ suggestions: [] }));
    if (!signal.aborted) show(suggestions.filter((text) => text !== typed));
  }

  /** @param {Event} event half-typed kana match nothing: wait until the conversion is confirmed */
  const later = (event) => {
    show();
    if (!(/** @type {InputEvent} */ (event).isComposing)) timer = setTimeout(look, PAUSE_MS);
  };
  input.addEventListener("input", later);
  input.addEventListener("compositionend", later);
  input.addEventListener("blur", () => show());

  /** @param {KeyboardEvent} event @returns {boolean | void} whether the list took the key */
  const key = ({ key: name, shiftKey }) => {
    const { length } = node.children;
    if (node.hidden) return;
    if (name === "ArrowDown") activate((active + 1) % length);
    else if (name === "ArrowUp") activate(active > 0 ? active - 1 : length - 1);
    else if (name === "Escape") show();
    else if (name === "Enter" && active >= 0 && !shiftKey) choose(node.children[active].textContent ?? "");
    else return;
    return true;
  };
  return { node, close: show, key };
}

/**
 * @param {Api} api
 * @param {Options} options
 * @param {Texts} t
 * @param {(text: string) => boolean} onSend false where it cannot be sent now
 * @param {(words: string) => void} say
 */
export function createInput(api, options, t, onSend, say) {
  const [id, about] = [newId(), newId()];
  const ime = new Ime();
  const input = el("textarea", { id, rows: 1, placeholder: t.placeholder, "aria-describedby": about, enterkeyhint: "send", lang: "ja" });
  const counter = el("p", { class: "counter" });
  const send = button("main send", t.send, submit);
  const list = options.suggestions && createSuggestions(input, api, t, say, (text) => {
    if (onSend(text)) set("");
  });
  const node = el("form", { class: "composer", submit: (/** @type {Event} */ event) => event.preventDefault() },
    list && list.node,
    el("label", { class: "hidden", for: id }, t.input),
    el("div", { class: "field" }, input, send),
    el("div", { class: "notes", id: about }, el("p", {}, t.privacy), el("p", { class: "keys" }, t.keys), counter));
  let busy = false;
  let over = 0;

  function fit() {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
    const { length } = [...input.value.trim()];
    const before = over;
    over = Math.max(0, length - MAX_CHARS);
    const words = over ? put(t.over, over) : "";
    counter.textContent = length < COUNT_FROM ? "" : `${put(t.count, length)} ${words}`;
    input.ariaInvalid = String(over > 0);
    if (over && !before) say(words);
    send.ariaDisabled = String(busy || over > 0 || !length);
  }

  /** @param {string} text */
  function set(text) {
    input.value = text;
    if (list) list.close();
    changed();
  }

  function changed() {
    tab("draft", input.value);
    fit();
  }

  function submit() {
    if (send.ariaDisabled !== "true" && onSend(input.value.trim())) set("");
    focus();
  }

  /** @param {boolean} [always] else touch screens keep their focus, so that no keyboard jumps up */
  function focus(always) {
    if (always || matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
  }

  for (const type of /** @type {const} */ (["compositionstart", "compositionend", "keyup"])) {
    input.addEventListener(type, (event) => ime.hear(event));
  }
  input.addEventListener("keydown", (event) => {
    if (ime.owns(event)) {
      // Safari would break the line with it.
      if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) event.preventDefault();
    } else if (list && list.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  input.addEventListener("input", changed);
  let width = 0;
  new ResizeObserver(() => {
    if (width !== node.clientWidth) fit();
    width = node.clientWidth;
  }).observe(node);
  input.value = tab("draft");

  return {
    node, set, focus,
    /** @param {boolean} now */
    setBusy: (now) => {
      busy = now;
      fit();
    },
  };
}
