// @ts-check
// <keikaku-chat>: settings from attributes, launcher or inline, and the style sheet of the shadow tree.
import { createChat } from "./chat.js";
import { LOGO, button, el } from "./dom.js";
import { tab } from "./net.js";
import { textsFor } from "./texts.js";

const PHONE = "(max-width: 480px), (max-height: 480px)";
const sheet = new CSSStyleSheet();
const styled = fetch(new URL("widget.css", import.meta.url))
  .then((response) => response.text())
  .then((css) => sheet.replace(css));

/** The chat as an element. Attributes and CSS custom properties: docs/embedding.md. */
export class KeikakuChat extends HTMLElement {
  static observedAttributes = ["accent", "greeting", "heading", "idle-minutes", "lang", "mode", "starters", "suggestions"];
  #root = this.attachShadow({ mode: "open" });
  #stop = new AbortController();
  #show = (/** @type {boolean} */ _open, /** @type {boolean} */ _focus) => {};

  connectedCallback() {
    this.#root.adoptedStyleSheets = [sheet];
    void styled.then(() => this.isConnected && this.#build());
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#root.replaceChildren();
  }

  attributeChangedCallback() {
    if (this.#root.firstChild) this.#build();
  }

  /** Show the window and go to its input (launcher mode). */
  open() {
    this.#show(true, true);
  }

  /** Hide the window and go back to the launcher. */
  close() {
    this.#show(false, true);
  }

  #build() {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    /** @param {string} name */
    const get = (name) => this.getAttribute(name);
    const t = textsFor(get("lang") ?? document.documentElement.lang);
    const inline = get("mode") === "inline";
    const heading = get("heading") ?? t.name;
    const chat = createChat({
      inline,
      heading,
      greeting: get("greeting")?.replaceAll("\\n", "\n") ?? t.greeting,
      starters: (get("starters") ?? t.starters).split("|").filter(Boolean),
      suggestions: get("suggestions") !== "off",
      idleMinutes: Number(get("idle-minutes") ?? 30),
      onClose: () => this.close(),
    }, t);
    if (get("accent")) this.style.setProperty("--keikaku-accent", get("accent"));
    const region = el("div", { class: "root", role: "region", "aria-label": heading, lang: t.lang });
    this.#root.replaceChildren(region);
    this.#show = () => {};
    if (inline) {
      region.append(chat.node);
      return chat.start(signal);
    }
    const dialog = el("dialog", { "aria-labelledby": "title", cancel: (/** @type {Event} */ event) => {
      event.preventDefault();
      this.close();
    } }, chat.node);
    const launcher = button("main launcher", t.open, () => this.#show(!dialog.open, true), { "aria-haspopup": "dialog" }, LOGO);
    region.append(launcher, dialog);
    let started = false;
    this.#show = (open, focus) => {
      tab("open", open ? "1" : "");
      launcher.ariaExpanded = String(open);
      if (!open) {
        dialog.close();
        return launcher.focus({ preventScroll: true });
      }
      // On a phone the window is the screen: what lies behind it is out of reach for everybody.
      if (matchMedia(PHONE).matches) dialog.showModal();
      else dialog.show();
      // Nothing is asked of the server before the window is opened.
      if (!started) chat.start(signal);
      started = true;
      if (focus) chat.focus(true);
    };
    // The page was changed with the window open: it is there again, and the focus stays with the page.
    if (tab("open") && !matchMedia(PHONE).matches) this.#show(true, false);
  }
}
