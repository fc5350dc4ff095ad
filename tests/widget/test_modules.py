"""The widget's files: types from JSDoc, unit tests in node, size, packing, texts."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from knowledge.store import ROOT
from web.pack import PackError, modules, packed

TOOLS = ROOT / "tests" / "node_modules" / ".bin"
ENTRY = ROOT / "web" / "widget.js"
STYLE = ROOT / "web" / "static" / "widget" / "widget.css"
MAX_BYTES = 15_000


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_types() -> None:
    done = run(TOOLS / "tsc", "-p", "tests/tsconfig.json")
    assert done.returncode == 0, done.stdout


def test_units_in_node() -> None:
    done = run("node", "--test", *sorted((ROOT / "tests" / "widget" / "units").glob("*.test.js")))
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"# pass (\d+)", done.stdout)[1]) >= 8  # type: ignore[index]


def test_size() -> None:
    """All that a page loads for the widget, gzipped: the packed modules and the style sheet."""
    sizes = {file.name: len(gzip.compress(packed(file), 9)) for file in (ENTRY, STYLE)}
    assert sum(sizes.values()) <= MAX_BYTES, sizes


def test_everything_is_in_the_pack_once() -> None:
    found = modules(ENTRY)
    assert {file.name for file in found} == {"widget.js", *(f.name for f in STYLE.parent.glob("*.js"))}
    code = packed(ENTRY).decode()
    assert not re.search(r"^\s*(import|export)\b[^.(]", code, re.MULTILINE)
    assert "//" not in re.sub(r"https?://|\\/\\/", "", code)


def test_the_pack_is_valid_javascript(tmp_path: Path) -> None:
    """Two modules with one name at the top would be a syntax error."""
    file = tmp_path / "packed.mjs"
    file.write_bytes(packed(ENTRY))
    done = run("node", "--check", file)
    assert done.returncode == 0, done.stderr


def test_a_module_that_cannot_be_packed_is_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.js"
    file.write_text("export default 1;\n")
    with pytest.raises(PackError, match=r"odd\.js"):
        packed(file)


def test_a_changed_module_is_packed_anew(tmp_path: Path) -> None:
    (tmp_path / "part.js").write_text("export const a = 1;\n")
    entry = tmp_path / "entry.js"
    entry.write_text('import { a } from "./part.js";\nconsole.log(a);\n')
    assert packed(entry) == b"const a=1;console.log(a);"
    (tmp_path / "part.js").write_text("export const a = 22;\n")
    assert packed(entry) == b"const a=22;console.log(a);"


def test_no_markup_from_strings_and_no_third_party() -> None:
    code = "".join(file.read_text("utf-8") for file in modules(ENTRY))
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert word not in code
    assert set(re.findall(r"https?://[\w.-]+", code)) <= {"http://www.w3.org"}


def test_every_text_is_used() -> None:
    texts = (STYLE.parent / "texts.js").read_text("utf-8")
    keys = set(re.findall(r"^  (\w+):", texts, re.MULTILINE))
    used = "".join(f.read_text("utf-8") for f in modules(ENTRY) if f.name != "texts.js")
    statuses = {"answered", "not_in_plan", "clarify", "no_answer"}
    assert {key for key in keys - statuses if f"t.{key}" not in used} == set()
