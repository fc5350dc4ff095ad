"""The encoder of our own and the hybrid search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from actions.knowledge import Knowledge
from search.encoder import Encoder, build_encoder
from search.index import Document, Index
from search.tokens import tokens


def test_tokens_are_normal_forms_without_particles() -> None:
    assert tokens("手続きをオンライン化する") == tokens("手続のオンライン化")


def test_encoder_is_an_ordinary_sentence_transformer(built_var: Path) -> None:
    from sentence_transformers import SentenceTransformer

    vectors = SentenceTransformer(str(built_var / "encoder"), device="cpu").encode(["在宅 勤務", "テレワーク"])
    assert vectors.shape == (2, 300)
    assert (built_var / "encoder" / "model.safetensors").exists()


def test_build_is_deterministic(tmp_path: Path) -> None:
    for name in ("a", "b"):
        build_encoder(tmp_path / name, ["基地局の整備", "テレワークの環境", "証紙の廃止"] * 5)
    first, second = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("a", "b"))
    assert first == second


def test_words_outside_the_knowledge_base_have_meaning(built_var: Path) -> None:
    encoder = Encoder(built_var / "encoder")
    rain, snow, desk = encoder.encode(["雨", "雪", "机"])
    assert rain @ snow > rain @ desk
    assert np.allclose(np.linalg.norm(encoder.encode(["交付率の目標"]), axis=1), 1, atol=1e-4)


def test_index_combines_words_and_vectors(built_var: Path) -> None:
    documents = [
        Document("stamp", ("証紙はいつ廃止されますか",), "2021年9月の証紙制度廃止"),
        Document("robot", ("ロボットは何台動いていますか",), "現在16のロボットが稼働している"),
    ]
    index = Index(documents, Encoder(built_var / "encoder"))
    assert index.search("証紙の廃止時期")[0].id == "stamp"
    assert index.search("動いているロボットの数")[0].id == "robot"
    assert index.search("証紙の廃止時期", only={"robot"})[0].id == "robot"
    assert index.search("  ") == [] and Index([], Encoder(built_var / "encoder")).search("証紙") == []
    assert all(0 <= score <= 1 for hit in index.search("証紙") for score in hit.channels.values())


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
