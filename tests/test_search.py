"""The encoder of our own, the hybrid index and what its scores mean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import bm25s
import numpy as np
import pytest

from actions.cutoffs import FOUND_SURELY
from actions.knowledge import Knowledge
from evaluation.search_eval import CollectionError, measure, read_collection
from search.calibration import (
    Sample,
    calibrate,
    curve,
    ensure_calibrated,
    fit,
    hold_out,
    read_outside,
)
from search.encoder import Encoder, build_encoder
from search.index import QUERY_CHARACTERS, Document, Index
from search.interface import SearchIndex
from search.postgres import PostgresIndex
from search.score import FILE, Calibration, fingerprint
from search.tokens import tokens
from search.words import K1, B, Bag, Lexical, grams, rarity

STAMP = Document("stamp", ("証紙はいつ廃止されますか",), "2021年9月の証紙制度廃止")
ROBOT = Document("robot", ("ロボットは何台動いていますか",), "現在16のロボットが稼働している")
BARE = Document("bare", (), "高校生がロボットを作る講座を開く")


@pytest.fixture(scope="module")
def encoder(built_var: Path) -> Encoder:
    return Encoder(built_var / "encoder")


MakeIndex = Callable[[list[Document]], SearchIndex]


@pytest.fixture
def indexed(request: pytest.FixtureRequest, backend: str, encoder: Encoder) -> MakeIndex:
    """Makes an index, in memory or in PostgreSQL."""
    if backend == "sqlite":
        return lambda documents: Index(documents, encoder)
    engine = request.getfixturevalue("bare_store").engine
    return lambda documents: PostgresIndex(documents, encoder, engine)


@pytest.fixture(scope="module")
def small() -> list[Document]:
    """A knowledge base of another subject, big enough to train on."""
    subjects = [
        "住民票",
        "印鑑登録",
        "児童手当",
        "水道料金",
        "粗大ごみ",
        "図書館",
        "保育所",
        "予防接種",
        "市営住宅",
        "犬の登録",
    ]
    asked = ["{}の手続きはどこでできますか", "{}について知りたい", "{}の窓口", "{}はどこに聞けばいいの"]
    return [
        Document(f"d{i}", tuple(a.format(s) for a in asked), f"{s}は市役所の{i + 1}番窓口で受け付けています。")
        for i, s in enumerate(subjects)
    ]


def test_tokens_are_normal_forms_without_particles() -> None:
    assert tokens("手続きをオンライン化する") == tokens("手続のオンライン化")


def test_character_pairs_skip_particles_and_signs() -> None:
    assert grams("５Ｇの基地局、ＲＰＡ") == ["5g", "gの", "の基", "基地", "地局", "rp", "pa"]
    assert grams("それはいつですか") == [] and grams("") == []


def test_lexical_score_is_a_share_of_a_perfect_match() -> None:
    words = Lexical(Bag.of([["証紙", "廃止"], ["証紙", "購入", "方法"], ["基地局"]]))
    full, half, none = words.scores(["証紙", "廃止"])
    assert 1 >= full > half > none == 0
    assert words.scores(["証紙", "廃止", "無関係"])[0] < full  # an unmatched word counts against
    assert not Lexical(Bag.of([])).scores(["証紙"]).size and not Lexical(Bag.of([[]])).scores(["証紙"]).any()


def test_lexical_scores_are_those_of_bm25s() -> None:
    corpus = [["証紙", "廃止", "証紙"], ["証紙", "購入", "方法"], [], ["基地局", "購入"]]
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    theirs.index(corpus, show_progress=False)
    for query in (["証紙"], ["購入", "廃止"], ["基地局", "購入", "証紙"]):
        ideal = rarity(4, [sum(term in text for text in corpus) for term in query]).sum()
        assert Lexical(Bag.of(corpus)).scores(query) == pytest.approx(theirs.get_scores(query) / ideal, abs=1e-6)


def test_plain_sentence_transformer_gives_the_same_vectors(built_var: Path, encoder: Encoder, tmp_path: Path) -> None:
    texts = ["引っ越しの手続きをオンラインでしたい", "ＲＰＡで何時間減りますか？", "CSIRT", "ふとうこうひょう", "12 %"]
    script = (
        "import sys, json; from sentence_transformers import SentenceTransformer;"
        "print(json.dumps(SentenceTransformer(sys.argv[1], device='cpu').encode(json.loads(sys.argv[2])).tolist()))"
    )
    run = subprocess.run(  # from elsewhere, without this project on the path
        [sys.executable, "-c", script, str(built_var / "encoder"), json.dumps(texts)],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert np.allclose(json.loads(run.stdout), encoder.encode(texts), atol=1e-6)


def test_encoder_folder_is_complete_and_small(built_var: Path) -> None:
    folder = built_var / "encoder"
    assert 1e6 < sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 60e6
    card = (folder / "README.md").read_text("utf-8")
    assert "ja_ginza" in card and "score ≥" in card


def test_build_is_deterministic(tmp_path: Path, small: list[Document]) -> None:
    for name in ("a", "b"):
        build_encoder(tmp_path / name, small)
    for file in ("model.safetensors", "tokenizer.json", "README.md"):
        first, second = ((tmp_path / name / file).read_bytes() for name in ("a", "b"))
        assert (first == second) or (file == "README.md" and first.replace(b'"a"', b'"b"') == second), file


def test_training_brings_questions_to_their_answers(tmp_path: Path, small: list[Document]) -> None:
    mean = []
    for trained in (False, True):
        build_encoder(tmp_path / str(trained), small, trained=trained)
        vectors = Encoder(tmp_path / str(trained))
        questions = vectors.encode([d.questions[1] for d in small])
        similar = questions @ vectors.encode([d.answer for d in small]).T
        mean.append(np.diag(similar).mean() - similar[~np.eye(len(small), dtype=bool)].mean())
    assert mean[1] > mean[0]


def test_words_outside_the_knowledge_base_have_meaning(encoder: Encoder) -> None:
    rain, snow, desk = encoder.encode(["雨", "雪", "机"])
    assert rain @ snow > rain @ desk
    assert np.allclose(np.linalg.norm(encoder.encode(["交付率の目標"]), axis=1), 1, atol=1e-4)
    assert np.isfinite(encoder.encode(["", "。。。", "🙂"])).all()


def test_spellings_and_inflections_are_one_word(encoder: Encoder) -> None:
    one, other, far = encoder.encode(["方法を調べたら", "方法を調べる", "方法を書く"])
    assert one @ other > 0.99 > far @ other
    wide, narrow = encoder.encode(["ＲＰＡ　ゴミ", "rpaごみ"])
    assert wide @ narrow > 0.99


def test_index_combines_words_and_vectors(indexed: MakeIndex) -> None:
    index = indexed([STAMP, ROBOT, BARE])
    assert len(index.search("証紙", 2)) == 2 and index.search("証紙", 0) == []
    assert index.search("証紙の廃止時期")[0].id == "stamp"
    assert index.search("動いているロボットの数")[0].id == "robot"
    assert index.search("高校生の講座")[0] == index.search("高校生の講座", only={"bare"})[0]
    assert index.search("証紙の廃止時期", only={"robot"})[0].id == "robot"
    assert index.search("証紙の廃止時期", only=set()) == []
    assert index.search("動いているロボットの数")[0].question == ROBOT.questions[0]
    assert all(0 <= score <= 1.0001 for hit in index.search("証紙") for score in hit.channels.values())
    assert [hit.score for hit in index.search("ロボット")] == sorted(
        (hit.score for hit in index.search("ロボット")), reverse=True
    )


def test_index_without_documents_or_question(indexed: MakeIndex) -> None:
    assert indexed([]).search("証紙") == []
    assert indexed([STAMP]).search(" \n") == []
    assert len(indexed([BARE]).search("証紙")) == 1
    assert all(np.isfinite(hit.score) for hit in indexed([STAMP, ROBOT]).search("🙂 ？？"))


def test_very_long_question(indexed: MakeIndex) -> None:
    index = indexed([STAMP, ROBOT])
    assert index.search("証紙の廃止時期を教えてください。" + "よろしくお願いします。" * 2_000)[0].id == "stamp"
    assert index.search("あ" * QUERY_CHARACTERS * 50)


def test_calibration_rises_with_the_score_and_refuses_outside_questions(built_var: Path, knowledge: Knowledge) -> None:
    calibration = Calibration.load(built_var / "encoder" / FILE)
    assert calibration is not None and calibration.made_for == fingerprint(str(built_var / "encoder"))
    probabilities = [calibration.probability(score / 10) for score in range(11)]
    assert probabilities == sorted(set(probabilities)) and 0 < probabilities[0] < probabilities[-1] < 1
    assert [p.outside for p in calibration.curve] == sorted((p.outside for p in calibration.curve), reverse=True)
    over = [knowledge.search(question, 1)[0].score >= FOUND_SURELY for question in read_outside()]
    assert len(over) > 200 and np.mean(over) < 0.12
    curated = [entry.questions[0] for entry in knowledge.entries.values() if len(entry.questions) > 3]
    assert np.mean([knowledge.search(question, 1)[0].score >= 0.6 for question in curated]) > 0.6


def test_fit_gives_shares_that_come_true() -> None:
    samples = [Sample(i / 100, i % 100 >= 50 + (i % 3 - 1) * 20, False) for i in range(100)] * 3
    slope, offset = fit(samples)
    calibration = Calibration("x", slope, offset)
    assert calibration.probability(0.9) > 0.8 and calibration.probability(0.1) < 0.2
    points = curve(samples, calibration)
    assert points[-1].right >= points[0].right and points[0].found >= points[-1].found
    with pytest.raises(ValueError, match="all first hits"):
        fit([Sample(0.5, True, False)] * 30)


def test_held_out_phrasings_are_not_searched(small: list[Document]) -> None:
    kept, held = hold_out(small)
    assert {question for question, _ in held} == {d.questions[3] for d in small}
    assert all(len(d.questions) == 3 for d in kept)


def test_another_encoder_is_calibrated_once(
    tmp_path: Path, small: list[Document], caplog: pytest.LogCaptureFixture
) -> None:
    build_encoder(tmp_path / "other", small, trained=False)
    documents = [
        Document(f"{d.id}-{i}", tuple(q.replace("窓口", word) for q in d.questions), d.answer.replace("窓口", word))
        for d in small
        for i, word in enumerate(("窓口", "電話番号", "料金"))
    ]
    encoder = Encoder(tmp_path / "other")
    assert encoder.calibration is None
    ensure_calibrated(encoder, documents, tmp_path / "calibration.json")
    assert encoder.calibration == Calibration.load(tmp_path / "calibration.json") is not None
    again = Encoder(tmp_path / "other")
    ensure_calibrated(again, [], tmp_path / "calibration.json")
    assert again.calibration == encoder.calibration
    with pytest.raises(ValueError, match="phrasings"):
        calibrate([STAMP, ROBOT], [], again, own=False)
    (tmp_path / "calibration.json").write_text("{broken", "utf-8")
    assert Calibration.load(tmp_path / "calibration.json") is None


def test_measures_of_a_query() -> None:
    recall, ndcg, first, five, reciprocal = measure(["x", "b", "a"], {"a": 2, "b": 1, "c": 0})
    assert (recall, first, five, reciprocal) == (1, 0, 1, 0.5)
    assert ndcg == pytest.approx((1 / np.log2(3) + 2 / 2) / (2 + 1 / np.log2(3)))
    assert measure(["x"], {"a": 2}) == (0, 0, 0, 0, 0)


def test_collection_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "corpus.json").write_text('{"7": "Question: 窓口は？\\nAnswer: 1階です。"}', "utf-8")
    with pytest.raises(CollectionError, match=r"queries\.json is missing"):
        read_collection(tmp_path)
    (tmp_path / "queries.json").write_text('{"q": "どこ", "unjudged": "いつ"}', "utf-8")
    (tmp_path / "qrels.json").write_text('{"q": {"7": 2}}', "utf-8")
    collection = read_collection(tmp_path)
    assert collection.documents == [Document("7", ("窓口は？",), "1階です。")] and list(collection.queries) == ["q"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("鳥取県CSIRTができたのはいつ", "2017"),
        ("カードの交付率は全国と比べてどうなの", "26.2%"),
        ("宛名システムを一緒に運用している県", "広島"),
        ("携帯がつながらない地域はあるの", "LTE"),
    ],
)
def test_finds_the_sentence(knowledge: Knowledge, question: str, words: str) -> None:
    best = knowledge.search(question)[0]
    assert words in " ".join(quote.text for quote in best.entry.quotes)
