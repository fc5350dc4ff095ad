// @ts-check
// One answer: the value large and first, prose, chart, table, source chips, buttons, and what staff think of it.
import { chart, prose, tableBox } from "./blocks.js";
import { button, el, newId, onEscape } from "./dom.js";
import { placeOf } from "./texts.js";
/** @import {Button, Message, Question, Source} from "../../types.d.ts" */
/** @import {Api} from "./net.js" */
/** @import {Texts} from "./texts.js" */

/**
 * What the answers need from the chat around them.
 * @typedef {object} Around
 * @property {Api} api
 * @property {Texts} t
 * @property {(question: Question) => void} ask
 * @property {(words: string) => void} say
 * @property {(places: Source[], chip: HTMLElement) => void} openSource
 * @property {() => boolean} narrow
 */

/**
 * Questions to press.
 * @param {Button[]} buttons
 * @param {string} label
 * @param {(question: Question) => void} ask
 */
export const questions = (buttons, label, ask) => el("ul", { class: "row questions", "aria-label": label },
  ...buttons.map(({ title, payload }) => el("li", {}, button("pill", title, () => ask({ text: title, payload })))));

/**
 * Sources, one chip for all that is taken from one place.
 * @param {Source[]} sources
 * @param {Around} around
 */
function chips(sources, { openSource, t }) {
  /** @type {Map<string, Source[]>} */
  const places = new Map();
  for (const source of sources) {
    const place = placeOf(source, t);
    places.set(place, [...(places.get(place) ?? []), source]);
  }
  return el("ul", { class: "row sources", "aria-label": t.sources }, ...[...places].map(([place, group]) => {
    const chip = button("chip", place, () => openSource(group, chip), { "aria-haspopup": "dialog" });
    return el("li", {}, chip);
  }));
}

/**
 * Helpful or not (with a reason and a note), and "ask a person".
 * @param {Message} message
 * @param {Around} around
 */
function opinion({ id, custom }, { api, say, t }) {
  const said = el("p", { class: "aside" });
  const place = el("div");

  /**
   * Do something at the server and tell how it went.
   * @param {() => Promise<string>} act gives the words for its success
   */
  async function tell(act) {
    const [words, done] = await act().then((told) => [told, true], ({ message }) => [message, false]);
    said.textContent = words;
    say(words);
    return done;
  }

  /** @param {boolean} helpful @param {object} [more] */
  const rate = (helpful, more) => tell(async () => {
    await api.rate(id, { helpful, ...more });
    up.ariaPressed = String(helpful);
    down.ariaPressed = String(!helpful);
    return t.thanks;
  });

  /**
   * A small form in place; Escape or "cancel" takes it away and gives the focus back.
   * @param {HTMLElement} opener
   * @param {string} title
   * @param {string} label of the note
   * @param {string[]} reasons to choose one of
   * @param {(note: string, reason: string | undefined) => Promise<boolean>} send
   */
  function form(opener, title, label, reasons, send) {
    const [head, field] = [newId(), newId()];
    const note = el("textarea", { id: field, rows: 2, maxlength: 2000 });
    const choices = reasons.map((value) => el("input", { type: "radio", name: head, value }));
    const close = () => {
      place.replaceChildren();
      opener.focus({ preventScroll: true });
    };
    place.replaceChildren(el("form", {
      class: "ask", "aria-labelledby": head,
      submit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        if (await send(note.value.trim(), choices.find(({ checked }) => checked)?.value)) close();
      },
      keydown: onEscape(close),
    }, el("p", { id: head, class: "head" }, title),
    choices[0] && el("div", { class: "row", role: "radiogroup", "aria-labelledby": head },
      ...choices.map((choice) => el("label", {}, choice, choice.value))),
    el("label", { for: field }, label), note,
    el("div", { class: "row" }, el("button", { class: "main" }, t.send), button("pill", t.cancel, close))));
    (choices[0] ?? note).focus();
  }

  const up = button("plain", t.helpful, () => {
    place.replaceChildren();
    void rate(true);
  }, { "aria-pressed": "false" });
  const down = button("plain", t.unhelpful, async () => {
    if (await rate(false)) form(down, t.why, t.note, t.reasons.split("|"), (note, reason) => rate(false, { reason, note }));
  }, { "aria-pressed": "false" });
  const person = button(custom?.status === "no_answer" ? "main" : "plain", t.person, () =>
    form(person, t.personAsk, t.personNote, [], (note) => tell(async () => (await api.handOver(id, note)).detail)));
  return el("div", { class: "opinion", lang: t.lang }, el("div", { class: "row" }, up, down, person), said, place);
}

/**
 * @param {"user" | "bot"} role
 * @param {string} name
 * @param {...import("../../types.d.ts").Child} content
 */
export const bubble = (role, name, ...content) => el("article", { class: role }, el("h3", { class: "hidden" }, name),
  el("div", { class: "bubble", lang: "ja" }, ...content));

/**
 * @param {Message} message
 * @param {Around} around
 */
export function answer(message, around) {
  const { t, ask, narrow } = around;
  const { text, buttons } = message;
  const { status = "chitchat", sources = [], table, value, series } = message.custom ?? {};
  const label = status !== "chitchat" && t[status];
  const node = bubble("bot", t.answered,
    label && el("p", { class: "label", lang: t.lang }, label),
    value && el("p", { class: "value" }, el("strong", {}, value.text), " ", el("span", {}, value.label)),
    prose(text),
    series && chart(series, t),
    table && tableBox(table, t.table, narrow(), t),
    sources[0] && chips(sources, around),
    buttons?.[0] && questions(buttons, t.choices, ask),
    label && opinion(message, around));
  node.dataset.status = status;
  return node;
}

/**
 * The answer as the live region says it.
 * @param {Message} message
 * @param {Texts} t
 */
export const spoken = ({ text, buttons }, t) => [
  `${t.answered}：${text.replaceAll("**", "")}`,
  buttons?.[0] && `${t.choices}：${buttons.map(({ title }) => title).join("、")}`,
].filter(Boolean).join(" ");
