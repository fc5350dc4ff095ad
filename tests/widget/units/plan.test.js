// Which cells of a table of the plan are marked for the sources of an answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asText } from "../../../web/static/widget/chat.js";
import { markCells } from "../../../web/static/widget/plan.js";
import { put, textsFor } from "../../../web/static/widget/texts.js";

const table = {
  header: ["指標", "現状", "R3年度末", "R4年度末"],
  rows: [{ cells: ["全体の研修", "1回", "2回", "3回"] }, { cells: ["　RPA 作成(初級)", "4人", "5人", "6人"] }],
};
const place = { plan: "計画", measure_no: 1, measure: "施策", section: "⑤KPI", page: 1 };
/** @param {object[]} places */
const marked = (places) => markCells(table, places.map((more) => ({ ...place, ...more }))).rows.map((row) => row.marked.map(Number).join(""));

test("a cell by row and column, whatever the spaces and the indent", () => {
  assert.deepEqual(marked([{ row: "RPA作成(初級)", column: "R4年度末" }]), ["0000", "0001"]);
});

test("several cells of one answer", () => {
  assert.deepEqual(marked([{ row: "全体の研修", column: "現状" }, { row: "全体の研修", column: "R3年度末" }]), ["0110", "0000"]);
});

test("a row without a column, or with a run of years, is marked as a whole", () => {
  assert.deepEqual(marked([{ row: "全体の研修" }]), ["1111", "0000"]);
  assert.deepEqual(marked([{ row: "全体の研修", column: "R3〜R4年度" }]), ["1111", "0000"]);
});

test("no row, no mark", () => {
  assert.deepEqual(marked([{ quote: "2回" }, { row: "別の指標", column: "現状" }]), ["0000", "0000"]);
});

test("the saved text names both sides and each place once", () => {
  const source = { ...place, row: "全体の研修", column: "現状" };
  const text = asText([
    { id: "a", role: "user", text: "現状は？", created_at: "2026-01-02T03:04:05Z" },
    { id: "b", role: "bot", text: "1回です。", created_at: "2026-01-02T03:04:06Z", custom: { sources: [source, source] } },
  ], textsFor("ja"));
  assert.match(text, /■ あなたの質問（.*）\r\n現状は？\r\n\r\n■ 回答（.*）\r\n1回です。\r\n  出典：施策1・⑤KPI・1ページ・全体の研修・現状$/);
});

test("texts: numbers are grouped, other languages get Japanese", () => {
  assert.equal(put("$文字", 4250), "4,250文字");
  assert.equal(textsFor("en-GB").send, "Send");
  assert.equal(textsFor("").send, textsFor("ja").send);
});
