// @ts-check
// The conversation's key, shared by the tabs of this browser on this site, and the calls to the web front.
// The token goes in a header and cookies are left out, so that no other site can ride on them.
/** @import {Message, Page, Question, Session, Stored} from "../../types.d.ts" */
/** @import {Texts} from "./texts.js" */

const BASE = new URL("../../", import.meta.url).href;
const KEY = `keikaku ${BASE}`;
const TOUCH_MS = 5000;
const TIMEOUT_MS = 30000;

/** @type {Session | null} */
let own = null;

/** @returns {Session | null} */
export function session() {
  try {
    own = JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    // Without storage the conversation lasts until the page is left.
  }
  return own;
}

/** @param {Session | null} next */
export function keep(next) {
  own = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // see above
  }
}

/**
 * Somebody is there.
 * @param {number} [turns] answers more, which other tabs then show, too
 */
export function touch(turns = 0) {
  const now = session();
  if (now && (turns || Date.now() - now.used > TOUCH_MS)) keep({ ...now, used: Date.now(), turn: now.turn + turns });
}

/**
 * Tell of what other tabs do with the session.
 * @param {(before: Session | null, after: Session | null) => void} tell
 * @param {AbortSignal} signal ends it
 */
export function watch(tell, signal) {
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    if (key === KEY) tell(JSON.parse(oldValue ?? "null"), JSON.parse(newValue ?? "null"));
  }, { signal });
}

/**
 * Small things of this tab alone: an unsent draft, whether the window is open.
 * @param {string} name
 * @param {string} [value] to keep
 */
export function tab(name, value) {
  try {
    if (value !== undefined) sessionStorage.setItem(KEY + name, value);
    return sessionStorage.getItem(KEY + name) ?? "";
  } catch {
    return "";
  }
}

/** An answer of the server that is not a success, or no answer at all (status 0). `wait` is in seconds. */
export class ApiError extends Error {
  /** @param {number} status @param {string} detail @param {number} [wait] */
  constructor(status, detail, wait = 0) {
    super(detail);
    this.status = status;
    this.wait = wait;
  }
}

/** @param {unknown} error whether the token no longer opens the conversation */
export const isGone = (error) => error instanceof ApiError && (error.status === 401 || error.status === 404);

/**
 * @param {Texts} t
 * @param {() => void} onRenewed a new conversation took the place of an expired one
 */
export function createApi(t, onRenewed) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async function call(method, path, body, signal = AbortSignal.timeout(TIMEOUT_MS)) {
    try {
      const response = await fetch(`${BASE}api/${path}`, {
        method,
        signal,
        credentials: "omit",
        cache: "no-store",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${session()?.token ?? ""}` },
        body: body && JSON.stringify(body),
      });
      if (response.ok) return response.status === 204 ? null : await response.json();
      const { detail } = await response.json().catch(() => ({}));
      throw new ApiError(response.status, detail || t.broken, Number(response.headers.get("Retry-After")) || 0);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const { name } = /** @type {Error} */ (error);
      throw new ApiError(0, name === "SyntaxError" ? t.broken : t.unreachable);
    }
  }

  const mine = () => `conversations/${session()?.id}`;

  /** A conversation that is open; half-way through its life, a token is changed for a new one. */
  async function fresh() {
    const now = session();
    if (now && Date.now() < now.renew) return;
    const { id, token, expires_in, idle_seconds } = await call("POST", now ? `${mine()}/renew` : "conversations");
    const used = Date.now();
    keep({ id, token, used, renew: used + expires_in * 500, idle: idle_seconds * 1000, turn: now?.turn ?? 0 });
  }

  /**
   * Another tab may hold a newer token, and an expired conversation is replaced.
   * @template T
   * @param {() => Promise<T>} act
   */
  async function withSession(act) {
    const before = session();
    try {
      await fresh();
      return await act();
    } catch (error) {
      if (!before || !isGone(error)) throw error;
      if (session()?.token === before.token) {
        keep(null);
        await fresh();
        onRenewed();
      }
      return act();
    }
  }

  return {
    /** @param {Question} question @returns {Promise<Message[]>} */
    ask: async (question) => (await withSession(() => call("POST", `${mine()}/messages`, question))).messages,
    /** @returns {Promise<Stored[]>} */
    history: async () => {
      if (!session()) return [];
      await fresh();
      return (await call("GET", `${mine()}/messages`)).messages;
    },
    end: () => call("DELETE", mine()),
    /** @param {string} message @param {object} opinion */
    rate: (message, opinion) => call("POST", `messages/${message}/feedback`, opinion),
    /** @param {string} message @param {string} note @returns {Promise<{detail: string}>} */
    handOver: (message, note) => call("POST", `${mine()}/handover`, { message, note }),
    /** @param {string} typed @param {AbortSignal} signal @returns {Promise<{suggestions: string[]}>} */
    suggest: (typed, signal) => call("GET", `suggestions?q=${encodeURIComponent(typed)}`, undefined, signal),
    /** @param {number | null} no @param {string} plan @returns {Promise<Page>} */
    page: (no, plan) => call("GET", `plan${no ? `/measures/${no}` : ""}?plan=${encodeURIComponent(plan)}`),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
