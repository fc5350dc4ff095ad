// @ts-check

/**
 * @typedef {{title: string, payload: string}} Button
 * @typedef {{plan: string, measure_no: number | null, measure: string | null, section: string, page: number | null, quote?: string, row?: string, column?: string}} Source
 * @typedef {{header: string[], rows: {cells: string[], marked: boolean[]}[]}} Table
 * @typedef {{status?: string, sources?: Source[], table?: Table}} Custom
 * @typedef {{id: string, text: string, buttons?: Button[] | null, custom?: Custom | null}} BotMessage
 * @typedef {BotMessage & {role: "user" | "bot", failed?: boolean, created_at: string}} StoredMessage
 * @typedef {{text: string, payload?: string}} Question
 * @typedef {{id: string, token: string}} Session
 */

const MAX_CHARS = 4000;
const COUNT_FROM = 3600;
const CHIPS_SHOWN = 5;
const SLOW_MS = 3000;
const TIMEOUT_MS = 30000;
const SESSION_KEY = "keikaku.conversation";

const LABELS = /** @type {Record<string, {word: string, icon: string}>} */ ({
  answered: { word: "回答", icon: "M20 6.5 9.5 17 4 11.5" },
  not_in_plan: { word: "計画に定めがありません", icon: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12h8" },
  clarify: { word: "確認させてください", icon: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.6v.1" },
  no_answer: { word: "回答が見つかりません", icon: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM20 20l-4.9-4.9" },
});
const ICONS = {
  down: "M6 9.5l6 6 6-6",
  thumb: "M7 11v9H3.5v-9zM7 11l4-7.5c1.4 0 2.3 1 2.3 2.3V9.5h5.2c1.2 0 2 1.1 1.7 2.2l-1.7 6.6c-.2 1-1.1 1.7-2.1 1.7H7",
  warning: "M12 4 2.5 20h19zM12 10v4.5M12 17.3v.1",
};

/** An answer of the server that is not a success, or no answer at all (status 0). */
class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {number} [retryAfter] seconds
   */
  constructor(status, detail, retryAfter = 0) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`#${id} is missing`);
  return found;
}

const form = byId("ask", HTMLFormElement);
const input = byId("question", HTMLTextAreaElement);
const send = byId("send", HTMLButtonElement);
const log = byId("log", HTMLDivElement);
const waiting = byId("waiting", HTMLDivElement);
const waitingText = byId("waiting-text", HTMLSpanElement);
const live = byId("status", HTMLParagraphElement);
const counter = byId("counter", HTMLParagraphElement);
const header = /** @type {HTMLElement} */ (document.querySelector(".top"));
const composer = /** @type {HTMLElement} */ (document.querySelector(".composer"));

let busy = false;
let serial = 0;
/** @type {Session | null} */
let session = readSession();

// --- DOM helpers

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** @param {string} path */
function icon(path) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const shape = document.createElementNS(ns, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/**
 * @param {string} className
 * @param {() => void} onClick
 * @param {...(Node | string)} children
 */
function button(className, onClick, ...children) {
  const node = el("button", { type: "button", class: className }, ...children);
  node.addEventListener("click", () => {
    if (node.getAttribute("aria-disabled") !== "true") onClick();
  });
  return node;
}

const finePointer = () => matchMedia("(pointer: fine)").matches;

/** Touch screens are left alone, so that no keyboard jumps up. */
function focusInput() {
  if (finePointer()) input.focus({ preventScroll: true });
}

/**
 * Scroll so that all is seen from `first` to `last`, or, where that is too much, from `first` on.
 * @param {Element} first
 * @param {Element} last
 */
function reveal(first, last) {
  const gap = 16;
  const top = first.getBoundingClientRect().top - gap - (getComputedStyle(header).position === "sticky" ? header.offsetHeight : 0);
  const bottom = last.getBoundingClientRect().bottom + gap + composer.offsetHeight - innerHeight;
  const by = Math.min(top, bottom);
  if (by > 0) scrollBy({ top: by, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

// --- Session and calls

/** @returns {Session | null} */
function readSession() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(SESSION_KEY) ?? "null");
    return kept && typeof kept.id === "string" && typeof kept.token === "string" ? kept : null;
  } catch {
    return null;
  }
}

/** @param {Session | null} next */
function keepSession(next) {
  session = next;
  try {
    if (next) sessionStorage.setItem(SESSION_KEY, JSON.stringify(next));
    else sessionStorage.removeItem(SESSION_KEY);
  } catch {
    // Without storage the conversation lasts until the page is left.
  }
}

/** @param {string | null} value seconds or an HTTP date */
function secondsOf(value) {
  if (!value) return 0;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}

/**
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (session) headers.Authorization = `Bearer ${session.token}`;
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : undefined,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 204) return null;
    if (response.ok) return await response.json();
    const problem = await response.json().catch(() => null);
    const detail = typeof problem?.detail === "string" ? problem.detail : "サーバーで問題が起きました。少し待ってから、もう一度送ってください。";
    throw new ApiError(response.status, detail, secondsOf(response.headers.get("Retry-After")));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError(0, late
      ? "時間内に回答を受け取れませんでした。少し待ってから「再送」を押してください。"
      : "サーバーに接続できませんでした。ネットワークを確認してから「再送」を押してください。");
  }
}

/** @param {unknown} error */
const isGone = (error) => error instanceof ApiError && (error.status === 401 || error.status === 404);

/**
 * @param {Question} question
 * @returns {Promise<BotMessage[]>}
 */
async function post(question) {
  const known = session;
  if (!known) keepSession(await call("POST", "/api/conversations"));
  const path = () => `/api/conversations/${encodeURIComponent(session?.id ?? "")}/messages`;
  try {
    return (await call("POST", path(), question)).messages;
  } catch (error) {
    if (!known || !isGone(error)) throw error;
    keepSession(null);
    keepSession(await call("POST", "/api/conversations"));
    const messages = (await call("POST", path(), question)).messages;
    log.append(el("p", { class: "divider" }, "前の会話の有効期限が切れたため、新しい会話を始めました。"));
    return messages;
  }
}

// --- Messages

/**
 * @param {string} text
 * @param {boolean} [isNew]
 */
function addUser(text, isNew = true) {
  const node = el("article", { class: `message user${isNew ? " new" : ""}`, "data-role": "user", "aria-label": "あなたの質問" }, el("div", { class: "bubble" }, text));
  log.append(node);
  return node;
}

/**
 * @param {BotMessage} message
 * @param {boolean} [isNew]
 */
function addBot(message, isNew = true) {
  const { status = "chitchat", sources = [], table } = message.custom ?? {};
  const label = Object.hasOwn(LABELS, status) ? LABELS[status] : null;
  const bubble = el("div", { class: "bubble" });
  if (label) bubble.append(el("p", { class: "label" }, icon(label.icon), label.word));
  bubble.append(textBlock(message.text));
  // A screen reader hears the text when it comes; the rest waits until it is visited.
  const rest = el("div", { "aria-live": "off" });
  if (table?.rows?.length) rest.append(tableBox(table));
  if (sources.length) rest.append(sourceList(sources));
  if (message.buttons?.length) {
    const items = message.buttons.map((b) => el("li", {}, answerButton(b.title, b.payload)));
    rest.append(el("ul", { class: "buttons", "aria-label": status === "clarify" ? "選択肢" : "続けて質問できること" }, ...items));
  }
  if (message.id && status !== "chitchat") rest.append(feedback(message.id));
  if (rest.hasChildNodes()) bubble.append(rest);
  const node = el("article", { class: `message bot${isNew ? " new" : ""}`, "data-role": "bot", "data-status": status, "aria-label": "計画ボットの回答" }, bubble);
  log.append(node);
  showMarked(node);
  return node;
}

/** @param {string} text */
function textBlock(text) {
  const lines = text.trim().split(/\r?\n/).map((line) => {
    const kind = /^[・※]/.test(line) ? " item" : /^（.*）$/.test(line) ? " aside" : "";
    return el("div", { class: `line${kind}` }, line || "\u00a0");
  });
  return el("div", { class: "text" }, ...lines);
}

/** @param {Table} table */
function tableBox({ header: names, rows }) {
  const head = el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name))));
  const body = el("tbody", {}, ...rows.map(({ cells, marked }) => el("tr", {}, ...cells.map((cell, i) => {
    if (i === 0) return el("th", { scope: "row" }, cell);
    return marked?.[i] ? el("td", { class: "marked" }, el("mark", {}, ...stamped(cell))) : el("td", {}, ...stamped(cell));
  }))));
  return el("div", { class: "table-box", role: "region", "aria-label": "計画の表", tabindex: "0" }, el("table", {}, head, body));
}

/**
 * A cell's as-of date is kept in one piece.
 * @param {string} cell
 */
function stamped(cell) {
  const [, value, stamp] = /^(.+?)(（.+）)$/s.exec(cell) ?? [null, cell, ""];
  return stamp ? [value, el("span", { class: "stamp" }, stamp)] : [value];
}

/**
 * On a narrow screen, bring the marked cell of a table into its box.
 * @param {Element} node
 */
function showMarked(node) {
  const box = node.querySelector(".table-box");
  if (!box) return;
  if (box.scrollWidth <= box.clientWidth) box.removeAttribute("tabindex");
  const cell = box.querySelector("td.marked");
  if (!cell) return;
  const over = cell.getBoundingClientRect().right - box.getBoundingClientRect().right;
  if (over > 0) box.scrollLeft += over + 8;
}

/** @param {Source[]} sources */
function sourceList(sources) {
  /** @type {Map<string, Source[]>} */
  const places = new Map();
  for (const source of sources) {
    const place = [source.measure_no ? `施策${source.measure_no}` : "", source.section, source.page ? `${source.page}ページ` : ""].filter(Boolean).join("・");
    places.set(place, [...(places.get(place) ?? []), source]);
  }
  const items = [...places].map(([place, group]) => el("li", {}, chip(place, group)));
  const chips = el("ul", { class: "chips" }, ...items);
  const extra = items.length > CHIPS_SHOWN + 1 ? items.slice(CHIPS_SHOWN) : [];
  for (const item of extra) item.hidden = true;
  if (extra.length) {
    const more = el("li", {}, button("more", () => {
      for (const item of extra) item.hidden = false;
      more.remove();
      /** @type {HTMLElement | null} */ (extra[0].querySelector("summary"))?.focus();
    }, `ほか${extra.length}件を表示`));
    chips.append(more);
  }
  const id = `sources-${++serial}`;
  chips.setAttribute("aria-labelledby", id);
  return el("div", { class: "sources" }, el("p", { class: "hint", id }, "出典"), chips);
}

/**
 * @param {string} place
 * @param {Source[]} group all that is taken from one place
 */
function chip(place, group) {
  const { plan, measure } = group[0];
  const lists = group.map((source, i) => {
    const pairs = [["文書", i ? null : plan], ["施策", i ? null : measure], ["行", source.row], ["列", source.column], ["記載", source.quote]];
    return el("dl", {}, ...pairs.flatMap(([name, value]) => (value ? [el("dt", {}, name ?? ""), el("dd", {}, value)] : [])));
  });
  return el("details", {}, el("summary", { class: "source-chip" }, place, icon(ICONS.down)), el("div", { class: "source-body" }, ...lists.filter((list) => list.hasChildNodes())));
}

/**
 * @param {string} title
 * @param {string} payload
 */
function answerButton(title, payload) {
  return button("answer-button", () => void ask({ text: title, payload }), title);
}

/** @param {string} id */
function feedback(id) {
  const said = el("span", { class: "said", role: "status" });
  /** @param {boolean} helpful @param {string} word */
  const choice = (helpful, word) => {
    const node = button(helpful ? "up" : "down", async () => {
      try {
        await call("POST", `/api/messages/${encodeURIComponent(id)}/feedback`, { helpful });
        for (const other of [up, down]) other.setAttribute("aria-pressed", String(other === node));
        said.textContent = "ご意見ありがとうございます。";
      } catch {
        said.textContent = "送れませんでした。もう一度押してください。";
      }
    }, icon(ICONS.thumb), word);
    node.setAttribute("aria-pressed", "false");
    return node;
  };
  const up = choice(true, "役に立った");
  const down = choice(false, "役に立たなかった");
  return el("div", { class: "feedback", role: "group", "aria-label": "この回答は役に立ちましたか" }, up, down, said);
}

/**
 * @param {HTMLElement} node the question that has no answer
 * @param {Question} question
 * @param {ApiError} error
 */
function showProblem(node, question, error) {
  const retry = button("retry", () => void ask(question, node), "再送");
  const actions = el("div", { class: "actions" }, retry);
  if (error.status === 413 || error.status === 422) {
    actions.append(button("rewrite", () => {
      input.value = question.text;
      fit();
      node.remove();
      input.focus();
    }, "入力欄に戻して直す"));
  }
  node.append(el("div", { class: "problem" }, el("p", { role: "alert" }, icon(ICONS.warning), error.message), actions));
  if (error.status === 429 && error.retryAfter) countDown(retry, error.retryAfter);
}

/**
 * @param {HTMLButtonElement} retry
 * @param {number} seconds
 */
function countDown(retry, seconds) {
  const until = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    retry.setAttribute("aria-disabled", String(left > 0));
    retry.textContent = left > 0 ? `再送（あと${left}秒）` : "再送";
    if (left <= 0 || !retry.isConnected) clearInterval(timer);
  };
  const timer = setInterval(tick, 500);
  tick();
}

// --- Asking

/** @param {boolean} now */
function setBusy(now) {
  busy = now;
  document.body.classList.toggle("busy", now);
  for (const node of document.querySelectorAll(".answer-button, .retry")) {
    if (node.textContent?.startsWith("再送（")) continue;
    node.setAttribute("aria-disabled", String(now));
  }
  waiting.hidden = !now;
  updateSend();
}

/** @param {string} text */
function say(text) {
  waitingText.textContent = text;
  live.textContent = text;
}

/**
 * @param {Question} question
 * @param {HTMLElement} [asked] the question, where it is on the page already
 */
async function ask(question, asked) {
  if (busy) return;
  const hadFocus = asked?.contains(document.activeElement) ?? false;
  asked?.querySelector(".problem")?.remove();
  const node = asked ?? addUser(question.text);
  if (asked && asked !== log.lastElementChild) log.append(asked);
  if (hadFocus) focusInput();
  setBusy(true);
  say("考えています…");
  reveal(node, waiting);
  const slow = setTimeout(() => say("もう少しお待ちください…"), SLOW_MS);
  let last = /** @type {Element} */ (node);
  try {
    const messages = await post(question);
    for (const message of messages) last = addBot(message);
  } catch (error) {
    if (!(error instanceof ApiError)) console.error(error);
    showProblem(node, question, error instanceof ApiError ? error : new ApiError(0, "回答を表示できませんでした。「再送」を押してください。"));
  } finally {
    clearTimeout(slow);
    say("");
    setBusy(false);
    reveal(node, last);
  }
}

async function restore() {
  if (!session) return;
  const path = `/api/conversations/${encodeURIComponent(session.id)}/messages`;
  try {
    /** @type {{messages: StoredMessage[]}} */
    const { messages } = await call("GET", path);
    if (busy || !messages.length) return;
    log.setAttribute("aria-live", "off");
    messages.forEach((message, i) => {
      if (message.role === "bot") return void addBot(message, false);
      const node = addUser(message.text, false);
      if (messages[i + 1]?.role !== "bot") showProblem(node, { text: message.text }, new ApiError(503, "この質問への回答は、まだ届いていません。「再送」を押すと、もう一度質問します。"));
    });
    scrollTo({ top: document.documentElement.scrollHeight, behavior: "auto" });
    setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
  } catch (error) {
    if (isGone(error)) return keepSession(null);
    const retry = button("retry", () => {
      box.remove();
      void restore();
    }, "もう一度読み込む");
    const box = el("div", { class: "problem" }, el("p", { role: "alert" }, icon(ICONS.warning), "これまでの会話を読み込めませんでした。"), el("div", { class: "actions" }, retry));
    log.append(box);
  }
}

// --- Input

function updateSend() {
  send.setAttribute("aria-disabled", String(busy || !input.value.trim()));
}

function fit() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  input.style.overflowY = input.scrollHeight > input.clientHeight + 1 ? "auto" : "hidden";
  const length = input.value.length;
  const wasFull = counter.classList.contains("full");
  const isFull = length >= MAX_CHARS;
  counter.hidden = length < COUNT_FROM;
  counter.classList.toggle("full", isFull);
  counter.textContent = `${length.toLocaleString("ja-JP")}／${MAX_CHARS.toLocaleString("ja-JP")}文字${isFull ? "（上限です）" : ""}`;
  if (isFull && !wasFull) live.textContent = "4,000文字に達しました。これ以上は入力できません。";
  updateSend();
}

function submit() {
  const text = input.value.trim();
  if (busy || !text) return;
  input.value = "";
  fit();
  void ask({ text });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  focusInput();
});
input.addEventListener("keydown", (event) => {
  // 229: the Enter that confirms a conversion in browsers that end the composition first.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
input.addEventListener("input", fit);
addEventListener("resize", fit);

for (const node of document.querySelectorAll(".starter")) {
  const text = node.textContent ?? "";
  node.addEventListener("click", () => void ask({ text, payload: text }));
}

fit();
focusInput();
void restore();
