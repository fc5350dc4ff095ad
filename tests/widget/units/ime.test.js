// Orders of events that browsers send around the Enter that confirms a conversion.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ime } from "../../../web/static/widget/input.js";

/** @param {number} timeStamp @param {object} [more] */
const enter = (timeStamp, more = {}) => ({ key: "Enter", isComposing: false, keyCode: 13, timeStamp, ...more });

test("a plain Enter is nobody's but ours", () => {
  assert.equal(new Ime().owns(enter(1000)), false);
});

test("Chromium and Firefox: keydown while composing, then compositionend", () => {
  const ime = new Ime();
  ime.hear({ type: "compositionstart", timeStamp: 0 });
  assert.equal(ime.owns(enter(500, { isComposing: true, keyCode: 229 })), true);
  ime.hear({ type: "compositionend", timeStamp: 501 });
  ime.hear({ type: "keyup", timeStamp: 560 });
  // A quick second Enter is meant to send.
  assert.equal(ime.owns(enter(590)), false);
});

test("key code 229 is enough, and so is isComposing", () => {
  assert.equal(new Ime().owns(enter(0, { keyCode: 229 })), true);
  assert.equal(new Ime().owns(enter(0, { isComposing: true })), true);
});

test("Safari: compositionend first, then a keydown that does not compose", () => {
  const ime = new Ime();
  ime.hear({ type: "compositionstart", timeStamp: 0 });
  ime.hear({ type: "compositionend", timeStamp: 500 });
  assert.equal(ime.owns(enter(500.4)), true);
  ime.hear({ type: "keyup", timeStamp: 580 });
  assert.equal(ime.owns(enter(700)), false);
});

test("Safari: without a keyup the wait ends by itself", () => {
  const ime = new Ime();
  ime.hear({ type: "compositionstart", timeStamp: 0 });
  ime.hear({ type: "compositionend", timeStamp: 500 });
  assert.equal(ime.owns(enter(620)), false);
});

test("keys let go while composing do not end the composition", () => {
  const ime = new Ime();
  ime.hear({ type: "compositionstart", timeStamp: 0 });
  ime.hear({ type: "keyup", timeStamp: 50 });
  assert.equal(ime.owns(enter(900)), true);
});

test("a second composition waits again", () => {
  const ime = new Ime();
  for (const timeStamp of [0, 1000]) {
    ime.hear({ type: "compositionstart", timeStamp });
    ime.hear({ type: "compositionend", timeStamp: timeStamp + 500 });
    assert.equal(ime.owns(enter(timeStamp + 501)), true);
    ime.hear({ type: "keyup", timeStamp: timeStamp + 560 });
  }
});
