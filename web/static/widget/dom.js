// @ts-check
// Building blocks of the shadow tree. Words go in as text nodes; no string is ever read as markup.
/** @import {Child, Props} from "../../types.d.ts" */

/**
 * @template {Element} T
 * @param {T} node
 * @param {Props} props functions become listeners, true an empty attribute; false, null and undefined are left out
 * @param {Child[]} children empty ones are left out
 */
function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
  return node;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {Child[]} children
 */
export const el = (tag, props = {}, ...children) => fill(document.createElement(tag), props, children);

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props} props
 * @param {Child[]} children
 */
export const svg = (tag, props, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);

/** @param {string} d a path in a 24 × 24 box */
export const icon = (d) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, svg("path", { d }));
export const LOGO = "M3 4h18v13H11l-5 4v-4H3zM8 9h8M8 12h5";

/**
 * A button that stays focusable while it cannot be used (aria-disabled).
 * @param {string} kind its class
 * @param {Child} label
 * @param {() => void} press
 * @param {Props} [props]
 * @param {string} [path] of an icon
 */
export const button = (kind, label, press, props, path) => el("button", {
  type: "button",
  class: kind,
  ...props,
  click: (/** @type {Event} */ { currentTarget }) =>
    /** @type {Element} */ (currentTarget).ariaDisabled === "true" || press(),
}, path && icon(path), el("span", {}, label));

let serial = 0;
/** An id that is new in this page. */
export const newId = () => `k${++serial}`;

/**
 * A listener for an Escape that closes something (and is not an input method's).
 * @param {() => void} close
 */
export const onEscape = (close) => (/** @type {KeyboardEvent} */ event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.stopPropagation();
  // Or a modal window would close, too.
  event.preventDefault();
  close();
};

/**
 * Scroll one box, and nothing around it, so that a part of it stands at its top.
 * @param {Element} box
 * @param {Element} part
 */
export const showTop = (box, part) => {
  box.scrollTop += part.getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
};
