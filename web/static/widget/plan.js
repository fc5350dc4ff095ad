// @ts-check
// The panel that shows the place in the plan, with the cell or the words of an answer marked.
import { settleTables, tableBox } from "./blocks.js";
import { button, el, onEscape, showTop } from "./dom.js";
import { put } from "./texts.js";
/** @import {Section, Source, Table} from "../../types.d.ts" */
/** @import {Api} from "./net.js" */
/** @import {Texts} from "./texts.js" */

/** @param {string} [text] spaces and the parent's indent do not count */
const bare = (text = "") => text.replace(/\s/g, "");

/**
 * A cell is asked for by its row and column; a row, or a run of years, as a whole.
 * @param {Table} table
 * @param {Source[]} places
 * @returns {Table}
 */
export function markCells({ header, rows }, places) {
  const columns = header.map(bare);
  return {
    header,
    rows: rows.map(({ cells }) => {
      const asked = places.filter(({ row }) => row && bare(row) === bare(cells[0])).map(({ column }) => bare(column));
      return { cells, marked: columns.map((name) => asked.some((column) => column === name || !columns.includes(column))) };
    }),
  };
}

/**
 * The quoted words of a passage, marked.
 * @param {string} text
 * @param {Source[]} places
 */
function quoted(text, places) {
  const quote = places.map((place) => place.quote).find((words) => words && text.includes(words));
  if (!quote) return [text];
  const at = text.indexOf(quote);
  return [text.slice(0, at), el("mark", {}, quote), text.slice(at + quote.length)];
}

/**
 * @param {Section} section
 * @param {Source[]} sources
 * @param {boolean} narrow
 * @param {Texts} t
 */
function sectionBox({ section, passages = [], table }, sources, narrow, t) {
  const places = sources.filter((source) => source.section.startsWith(section));
  const box = el("section", { class: places.length && "goal" }, el("h4", {}, section),
    table && tableBox(markCells(table, places), section, narrow, t));
  let last = "";
  for (const { heading, text } of passages) {
    if (heading && heading !== last) box.append(el("p", { class: "head" }, heading));
    last = heading ?? "";
    box.append(el("p", {}, ...quoted(text, places)));
  }
  return box;
}

/**
 * @param {Api} api
 * @param {Texts} t
 * @param {() => void} onChange it was opened or closed
 */
export function createPanel(api, t, onChange) {
  const title = el("h3", { tabindex: -1 });
  const body = el("div", { class: "page", tabindex: 0, role: "region", "aria-label": t.sources, lang: "ja" });
  const node = el("section", {
    class: "panel", role: "dialog", "aria-label": t.sources, hidden: true,
    keydown: onEscape(close),
  }, el("div", { class: "top" }, title, button("plain", t.close, close)), body);
  /** @type {HTMLElement | null} */
  let opener = null;

  function close() {
    node.hidden = true;
    onChange();
    opener?.focus({ preventScroll: true });
    opener = null;
  }

  /** @param {Source[]} places all in one section @param {HTMLElement} from gets the focus back */
  async function open(places, from) {
    const [{ plan, measure_no: no, measure, section, page, quote }] = places;
    opener = from;
    title.textContent = (no ? put(t.measure, no) + "　" : "") + (measure ?? section);
    body.replaceChildren(el("p", { class: "aside" }, plan + (page ? "　" + put(t.page, page) : "")));
    node.hidden = false;
    onChange();
    title.focus();
    try {
      // An FAQ with a source of its own stands nowhere in the plan.
      const { sections } = !no && section.startsWith("FAQ") ? { sections: [{ section, passages: [{ heading: null, text: quote ?? "" }] }] } : await api.page(no, plan);
      if (opener !== from) return;
      body.append(...sections.map((part) => sectionBox(part, places, node.clientWidth < 560, t)));
      settleTables(body);
      const goal = body.querySelector(".goal") ?? body;
      const mark = goal.querySelector("p mark");
      showTop(body, mark ?? goal);
    } catch {
      body.append(el("p", { role: "alert" }, t.broken), el("p", {}, quote));
    }
  }
  return { node, open, close };
}
