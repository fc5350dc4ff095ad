// @ts-check
// What answers are made of: prose with lists and links, tables of the plan, a line chart. All from text nodes.
import { el, newId, svg } from "./dom.js";
/** @import {Series, Table} from "../../types.d.ts" */
/** @import {Texts} from "./texts.js" */

const INLINE = /\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"「」（）、。]+)/g;

/**
 * Bold, and links to http and https addresses; anything else stays words.
 * @param {string} text
 */
function inline(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let from = 0;
  for (const { 0: all, 1: bold, 2: label, 3: target, 4: bare, index } of text.matchAll(INLINE)) {
    const href = target ?? bare;
    parts.push(text.slice(from, index), bold
      ? el("strong", {}, bold)
      : el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label ?? bare));
    from = index + all.length;
  }
  return [...parts, text.slice(from)];
}

/** @param {string} text lines; 「・」 and 「1．」 begin list items, 「【…】」 a heading, 「※」 and 「（…）」 an aside */
export function prose(text) {
  const box = el("div", { class: "prose" });
  /** @type {Element | null} */
  let list = null;
  for (const line of text.trim().split("\n")) {
    const [, dot, number] = /^([・•]|[-*] )|^(\d+[．.])(?=\D)/.exec(line) ?? [];
    if (dot || number) {
      list ??= box.appendChild(el("ul"));
      list.append(el("li", { class: number && "numbered" }, ...inline(dot ? line.slice(dot.length) : line)));
    } else {
      list = null;
      box.append(el("p", { class: /^【.*】$/.test(line) ? "head" : /^(※|（.*）$)/.test(line) && "aside" }, ...inline(line)));
    }
  }
  return box;
}

/**
 * A cell's as-of date is kept in one piece.
 * @param {string} cell
 */
function stamped(cell) {
  const [, value, stamp] = /^(.+?)([（(].+[）)])$/s.exec(cell) ?? [];
  return stamp ? [value, el("span", { class: "stamp" }, stamp)] : [cell];
}

/**
 * A table of the plan. Where there is little room, a row's name stands above its cells instead of beside them.
 * @param {Table} table
 * @param {string} label
 * @param {boolean} narrow
 * @param {Texts} t
 */
export function tableBox({ header: [corner, ...columns], rows }, label, narrow, t) {
  const ids = columns.map(newId);
  const bodies = rows.map(({ cells: [name, ...cells], marked }) => {
    const sub = name.startsWith("　") && "sub";
    const row = cells.map((cell, i) => el("td", { headers: narrow && ids[i], class: marked?.[i + 1] && "marked" },
      ...(marked?.[i + 1] ? [el("mark", {}, el("span", { class: "hidden" }, t.asked), ...stamped(cell))] : stamped(cell))));
    return el("tbody", {}, ...(narrow
      ? [el("tr", {}, el("th", { scope: "rowgroup", colspan: columns.length, class: sub }, name.trim())), el("tr", {}, ...row)]
      : [el("tr", {}, el("th", { scope: "row", class: sub }, name.trim()), ...row)]));
  });
  return el("div", { class: "table", role: "region", "aria-label": label, tabindex: 0 },
    el("table", { class: narrow && "stacked" },
      el("thead", {}, el("tr", {}, !narrow && el("th", { scope: "col" }, corner),
        ...columns.map((name, i) => el("th", { scope: "col", id: narrow && ids[i] }, name)))),
      ...bodies));
}

/**
 * Once they can be measured: no tab stop where nothing scrolls, and the marked cell in view.
 * @param {Element} within
 */
export function settleTables(within) {
  for (const box of within.querySelectorAll(".table")) {
    if (box.scrollWidth <= box.clientWidth + 1) for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    const cell = box.querySelector("mark");
    if (cell) box.scrollLeft += Math.max(0, cell.getBoundingClientRect().right - box.getBoundingClientRect().right + 8);
  }
}

const [WIDTH, HEIGHT, TOP, BOTTOM, SIDE] = [360, 168, 30, 140, 36];

/**
 * A KPI's baseline (hollow, dotted) and targets, each point with its value as printed.
 * @param {Series} series
 * @param {Texts} t
 */
export function chart({ name, points }, t) {
  const numbers = [0, ...points.map(({ number }) => number)];
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  /** @param {number} number */
  const y = (number) => BOTTOM - ((BOTTOM - TOP) * (number - least)) / (most - least || 1);
  /** @param {number} i */
  const x = (i) => SIDE + (i * (WIDTH - 2 * SIDE)) / Math.max(1, points.length - 1);
  const base = points.map(({ label }) => !/\d/.test(label) && "base");
  return el("figure", {}, el("figcaption", {}, name), svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": t.chart + points.map(({ label, text }) => `${label} ${text}`).join("、"),
  }, ...points.slice(1).map(({ number }, i) => svg("line", { class: base[i], x1: x(i), y1: y(points[i].number), x2: x(i + 1), y2: y(number) })),
  ...points.flatMap(({ label, number, text }, i) => [
    svg("circle", { class: base[i], cx: x(i), cy: y(number), r: 4.5 }),
    svg("text", { class: "figure", x: x(i), y: y(number) - 11 }, text),
    svg("text", { x: x(i), y: HEIGHT - 8 }, label),
  ])));
}
