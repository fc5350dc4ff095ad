// @ts-check
// Everything the widget says, in Japanese and English. Answers stay in the plan's language.

const ja = {
  lang: "ja",
  name: "計画ボット",
  greeting: "お疲れさまです。計画について、知りたいことを入力してください。\n答えには、計画のどこに書いてあるかを付けます。",
  starters: "マイナンバーカードの交付率のR5年度末の目標は？|RPAの施策の担当課は？|行政手続オンライン化の課題は？",
  open: "計画ボットに聞く",
  close: "閉じる",
  save: "保存",
  clear: "消去",
  clearAsk: "この会話を消去しますか。",
  cancel: "やめる",
  cleared: "会話を消去しました。",
  log: "会話",
  you: "あなたの質問",
  input: "質問",
  placeholder: "質問を入力してください",
  keys: "Enterで送信、Shift＋Enterで改行",
  privacy: "マイナンバー等の個人情報は入力しないでください。",
  send: "送信",
  newest: "新しい回答があります",
  waiting: "計画を調べています…",
  slow: "いつもより時間がかかっています…",
  offline: "ネットワークにつながっていません。入力した文章は残ります。",
  unreachable: "サーバーから返事がありません。もう一度お試しください。",
  broken: "サーバーで問題が起きました。もう一度お試しください。",
  unanswered: "回答がまだ届いていません。",
  retry: "再送",
  reload: "再読込",
  renewed: "前の会話の有効期限が切れたため、新しい会話を始めました。",
  idle: "しばらく操作がないため、まもなく会話を終わります。",
  stay: "続ける",
  ended: "しばらく操作がなかったため、会話を終わりました。",
  answered: "回答",
  not_in_plan: "計画に定めがありません",
  clarify: "確認させてください",
  no_answer: "回答が見つかりません",
  asked: "お尋ねの値 ",
  table: "計画の表",
  chart: "折れ線グラフ：",
  choices: "選択肢",
  sources: "出典",
  suggestions: "質問の候補",
  helpful: "役に立った",
  unhelpful: "役に立たなかった",
  thanks: "ご意見ありがとうございます。",
  why: "どこが良くなかったですか",
  reasons: "内容が違う|聞いたことと違う|情報が足りない|分かりにくい",
  note: "補足（任意）",
  person: "人に聞く",
  personAsk: "担当の職員に引き継ぎます",
  personNote: "伝えたいこと・連絡先（内線など）",
  measure: "施策$",
  page: "$ページ",
  found: "候補が$件あります。上下の矢印キーで選べます。",
  retryIn: "再送（あと$秒）",
  count: "$／4,000文字",
  over: "$文字多いため送れません",
};

/** @typedef {typeof ja} Texts */

/** @type {Texts} */
const en = {
  lang: "en",
  name: "Plan assistant",
  greeting: "Ask about the plan.\nEach answer shows its place in the plan.",
  starters: ja.starters,
  open: "Ask the plan assistant",
  close: "Close",
  save: "Save",
  clear: "Clear",
  clearAsk: "Clear this conversation?",
  cancel: "Cancel",
  cleared: "The conversation was cleared.",
  log: "Conversation",
  you: "Your question",
  input: "Question",
  placeholder: "Type your question",
  keys: "Enter sends, Shift+Enter breaks the line",
  privacy: "Enter no personal data.",
  send: "Send",
  newest: "New answer",
  waiting: "Looking it up…",
  slow: "This takes longer than usual…",
  offline: "You are offline. Your text is kept.",
  unreachable: "The server does not answer. Try again.",
  broken: "The server has a problem. Try again later.",
  unanswered: "No answer yet.",
  retry: "Send again",
  reload: "Load again",
  renewed: "The last conversation expired. This is a new one.",
  idle: "This conversation ends soon, as nothing happens.",
  stay: "Continue",
  ended: "The conversation ended, as nothing happened.",
  answered: "Answer",
  not_in_plan: "Not set in the plan",
  clarify: "Which one do you mean?",
  no_answer: "No answer found",
  asked: "Asked for: ",
  table: "Table of the plan",
  chart: "Line chart: ",
  choices: "Choices",
  sources: "Sources",
  suggestions: "Suggestions",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  thanks: "Thank you.",
  why: "What was wrong?",
  reasons: "Wrong content|Not what I asked|Incomplete|Hard to understand",
  note: "Details (optional)",
  person: "Ask a person",
  personAsk: "Hand over to a person",
  personNote: "Message, how to reach you",
  measure: "Measure $",
  page: "p. $",
  found: "$ suggestions. Use the arrow keys.",
  retryIn: "Send again (in $ s)",
  count: "$ / 4,000 characters",
  over: "$ characters too many",
};

/** @param {string} lang */
export const textsFor = (lang) => (/^en\b/i.test(lang) ? en : ja);

/**
 * A text with its number.
 * @param {string} text
 * @param {number} number
 */
export const put = (text, number) => text.replace("$", number.toLocaleString("en"));

/**
 * Where a source is printed: 「施策9・⑤KPI・9ページ」.
 * @param {import("../../types.d.ts").Source} source
 * @param {Texts} t
 * @param {...(string | null | undefined)} more
 */
export const placeOf = ({ measure_no: no, section, page }, t, ...more) =>
  [no && put(t.measure, no), section, page && put(t.page, page), ...more].filter(Boolean).join("・");
