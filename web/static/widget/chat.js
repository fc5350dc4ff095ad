// @ts-check
// The conversation: asks, waits, shows, restores itself, ends.
import { answer, bubble, questions, spoken } from "./answer.js";
import { prose, settleTables } from "./blocks.js";
import { LOGO, button, el, icon, onEscape, showTop } from "./dom.js";
import { createInput } from "./input.js";
import { ApiError, createApi, isGone, keep, session, touch, watch } from "./net.js";
import { createPanel } from "./plan.js";
import { placeOf, put } from "./texts.js";
/** @import {Options, Question, Stored} from "../../types.d.ts" */
/** @import {Texts} from "./texts.js" */

const [SLOW_MS, SAID_MS, WARN_MS] = [3000, 1000, 60000];
// As in widget.css.
const [NARROW_PX, WIDE_PX] = [560, 960];

/**
 * The conversation as a text file.
 * @param {Stored[]} messages
 * @param {Texts} t
 */
export const asText = (messages, t) => messages.map(({ role, text, custom, created_at }) => [
  `■ ${role === "bot" ? t.answered : t.you}（${new Date(created_at).toLocaleString("ja-JP")}）`,
  text,
  ...new Set((custom?.sources ?? []).map((source) => `  ${t.sources}：${placeOf(source, t, source.row, source.column)}`)),
].join("\r\n")).join("\r\n\r\n");

/**
 * @param {Options} options
 * @param {Texts} t
 */
export function createChat(options, t) {
  // A live region of its own, apart from what is seen: there before anything is said, emptied after a second.
  const live = el("div", { class: "hidden", role: "status" });
  const api = createApi(t, () => log.append(el("p", { class: "divider" }, t.renewed)));
  const panel = createPanel(api, t, settle);
  const input = createInput(api, options, t, (text) => ask({ text }), say);
  const log = el("section", { class: "log", "aria-label": t.log, tabindex: 0, scroll: () => {
    if (atEnd()) newest.hidden = true;
  } });
  const status = el("p", { class: "waiting", hidden: true }, t.waiting);
  const newest = button("newest pill", t.newest, toEnd, { hidden: true });
  const notice = el("div", { class: "bar", role: "group", "aria-label": t.log, hidden: true });
  const talk = el("div", { class: "talk" }, log, newest, status, notice, input.node);
  const top = el("div", { class: "top" }, icon(LOGO), el("h2", { id: "title" }, options.heading),
    button("plain", t.save, save), button("plain", t.clear, confirmClear),
    !options.inline && button("plain", t.close, options.onClose));
  const node = el("div", { class: "chat", pointerdown: () => touch(), keyup: () => touch(), keydown: onEscape(() => notice.querySelector(".pill") ? unask() : options.onClose()) }, live, top,
    el("div", { class: "body" }, talk, panel.node));
  const narrow = () => node.clientWidth < NARROW_PX;
  const around = { api, t, ask, say, openSource: panel.open, narrow };
  let busy = false;
  let warned = false;

  // --- What is shown and said

  /** @param {string} words */
  function say(words) {
    const line = el("p", {}, words);
    live.append(line);
    setTimeout(() => line.remove(), SAID_MS);
  }

  /** Beside a wide conversation the panel leaves it usable; over a narrow one it covers it. */
  function settle() {
    talk.inert = top.inert = !panel.node.hidden && node.clientWidth < WIDE_PX;
  }

  function greet() {
    log.replaceChildren(bubble("bot", t.answered, prose(options.greeting), options.starters[0] && el("p", { class: "aside" }, t.suggestions),
      options.starters[0] && questions(options.starters.map((text) => ({ title: text, payload: text })), t.suggestions, ask)));
  }

  /** @param {string} words none: take the notice away @param {...HTMLElement} buttons */
  function bar(words, ...buttons) {
    const follow = atEnd();
    notice.hidden = !words;
    notice.replaceChildren(el("p", {}, words), ...buttons);
    if (follow) toEnd();
    if (words) say(words);
  }

  /** @param {string} words */
  function wait(words) {
    status.hidden = !words;
    status.textContent = words;
    if (words) say(words);
  }

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;

  function toEnd() {
    log.scrollTop = log.scrollHeight;
  }

  /** @param {HTMLElement} asked @param {Question} question @param {ApiError} error */
  function showProblem(asked, question, { message, wait: seconds }) {
    const retry = button("main", t.retry, () => ask(question, asked));
    asked.append(el("div", { class: "problem" }, el("p", {}, message), retry));
    say(message);
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      retry.ariaDisabled = String(left > 0);
      retry.textContent = left > 0 ? put(t.retryIn, left) : t.retry;
      if (left <= 0) clearInterval(timer);
    };
    const timer = setInterval(tick, 500);
    tick();
  }

  // --- A turn

  /**
   * @param {Question} question
   * @param {HTMLElement} [again] the question, where it is shown already
   * @returns {boolean} whether it was taken
   */
  function ask(question, again) {
    if (busy) return false;
    setBusy(true);
    void turn(question, again ?? bubble("user", t.you, question.text));
    return true;
  }

  /** @param {Question} question @param {HTMLElement} asked */
  async function turn(question, asked) {
    asked.querySelector(".problem")?.remove();
    log.append(asked);
    input.focus();
    wait(t.waiting);
    toEnd();
    const slow = setTimeout(wait, SLOW_MS, t.slow);
    try {
      const messages = await api.ask(question);
      const follow = atEnd();
      for (const message of messages) {
        const shown = answer(message, around);
        shown.classList.add("new");
        log.append(shown);
        settleTables(shown);
        say(spoken(message, t));
      }
      // A long answer is shown from its question on; who reads further up is not moved.
      if (follow) showTop(log, asked);
      newest.hidden = follow;
      touch(messages.length);
    } catch (error) {
      showProblem(asked, question, error instanceof ApiError ? error : new ApiError(0, t.broken));
      toEnd();
    }
    clearTimeout(slow);
    wait("");
    setBusy(false);
  }

  /** @param {boolean} now */
  function setBusy(now) {
    busy = now;
    input.setBusy(now);
  }

  // --- Restore, clear, end, save

  async function restore() {
    if (!log.firstChild) greet();
    try {
      const messages = await api.history();
      if (busy) return;
      greet();
      messages.forEach((message, i) => {
        const { role, text } = message;
        const shown = role === "bot" ? answer(message, around) : bubble("user", t.you, text);
        log.append(shown);
        if (role === "user" && messages[i + 1]?.role !== "bot") showProblem(shown, { text }, new ApiError(0, t.unanswered));
      });
      settleTables(log);
      toEnd();
    } catch (error) {
      if (isGone(error)) return keep(null);
      bar(/** @type {Error} */ (error).message, button("main", t.reload, () => {
        bar("");
        void restore();
      }));
    }
  }

  /** @param {string} words why it ended */
  function end(words) {
    if (session()) void api.end().catch(() => null);
    keep(null);
    leave(words);
  }

  /** @param {string} words */
  function leave(words) {
    panel.close();
    input.set("");
    greet();
    bar(words);
  }

  function confirmClear() {
    const no = button("pill", t.cancel, unask);
    bar(t.clearAsk, button("main", t.clear, () => {
      end(t.cleared);
      input.focus(true);
    }), no);
    no.focus();
  }

  function unask() {
    bar("");
    input.focus(true);
  }

  async function save() {
    try {
      // Windows' editor takes a file without a mark for another encoding.
      const href = URL.createObjectURL(new Blob(["\ufeff", asText(await api.history(), t)], { type: "text/plain" }));
      el("a", { href, download: `${options.heading}.txt` }).click();
      setTimeout(() => URL.revokeObjectURL(href), SAID_MS);
    } catch (error) {
      bar(/** @type {Error} */ (error).message);
    }
  }

  // --- The world around

  /** Ends a conversation that somebody left open on a shared PC, after a warning. */
  function watchIdle() {
    const now = session();
    if (!now || busy) return;
    const limit = Math.min(options.idleMinutes * 60000 || Infinity, now.idle);
    const left = now.used + limit - Date.now();
    const warn = left < Math.min(WARN_MS, limit / 2);
    if (left <= 0) end(t.ended);
    else if (warn !== warned) bar(warn ? t.idle : "", ...(warn ? [button("main", t.stay, () => touch())] : []));
    warned = warn && left > 0;
  }

  /** Begin; `signal` ends the listening. @param {AbortSignal} signal */
  function start(signal) {
    // What was left behind too long ago is not even shown.
    watchIdle();
    void restore();
    const network = () => bar(navigator.onLine ? "" : t.offline);
    addEventListener("offline", network, { signal });
    addEventListener("online", network, { signal });
    if (!navigator.onLine) network();
    const timer = setInterval(watchIdle, 1000);
    signal.onabort = () => clearInterval(timer);
    watch((before, after) => {
      if (!after) leave(t.cleared);
      else if (!busy && (before?.id !== after.id || before.turn !== after.turn)) void restore();
    }, signal);
  }

  new ResizeObserver(settle).observe(node);
  return { node, start, focus: input.focus };
}
