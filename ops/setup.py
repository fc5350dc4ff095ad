"""Everything that `make run` and `make test` need, built once and again only when its inputs change.

Standard library only: it runs on whatever python3 the machine has. `python3 -m ops.setup [--dev]`
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ops.ports import ports, taken

try:
    import fcntl
except ImportError:  # not on Windows, where this system isn't run
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("KEIKAKU_VAR") or ROOT / "var")
STAMPS, LOGS = VAR / "stamps", VAR / "logs"
APP, BOT = ROOT / ".venv-app", ROOT / ".venv-bot"
APP_PYTHON, BOT_PYTHON = APP / "bin" / "python", BOT / "bin" / "python"
MODEL = ROOT / "models" / "keikaku.tar.gz"
PHRASING = ROOT / "models" / "phrasing.joblib"
NEEDED_GB = 8
CHROMIUM = ("chromium", "chromium-browser")
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}


class SetupError(Exception):
    """One line for the operator: the cause and the fix."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def environment() -> dict[str, str]:
    """The environment of every process of the system."""
    return {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), "KEIKAKU_VAR": str(VAR), "PYTHONUNBUFFERED": "1"}


# --- Pythons ----------------------------------------------------------------------------------------------------


def find_python(version: str) -> str:
    """A Python that really runs as `version`: on PATH, among pyenv's, through uv. Raises SetupError."""
    candidates = [f"python{version}", sys.executable, "python3"]
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    candidates += sorted(glob.glob(os.path.join(pyenv, "versions", f"{version}.*", "bin", "python")), reverse=True)
    for candidate in candidates:
        if _version_of(candidate) == version:
            return candidate
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "python", "install", version], check=False, capture_output=True)
        found = subprocess.run(
            [uv, "python", "find", version], check=False, capture_output=True, text=True
        ).stdout.strip()
        if found and _version_of(found) == version:
            return found
    raise SetupError(
        f"Python {version} was not found. Install it (Debian: apt-get install python{version} python{version}-venv; "
        f"pyenv: pyenv install {version}; or install uv) and run the command again."
    )


def _version_of(python: str) -> str | None:
    try:
        done = subprocess.run(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


# --- steps ------------------------------------------------------------------------------------------------------


def checksum(*paths: Path) -> str:
    """One checksum over files and the files under folders (names and contents)."""
    total = hashlib.sha256()
    for path in paths:
        files = (
            sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
            if path.is_dir()
            else [path]
        )
        for file in files:
            if file.exists():
                total.update(str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name).encode())
                total.update(file.read_bytes())
    return total.hexdigest()


def is_done(step: str, key: str) -> bool:
    stamp = STAMPS / step
    return stamp.exists() and stamp.read_text() == key


def mark_done(step: str, key: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(key)


def run(title: str, command: list[str], log_name: str) -> None:
    """Run a long command with a heartbeat; its output goes to a log. Raises SetupError with the end of the log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{log_name}.log"
    began = time.monotonic()
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=out, stderr=subprocess.STDOUT)
        while True:
            try:
                code = process.wait(timeout=15)
                break
            except subprocess.TimeoutExpired:
                say(f"    {title} … {time.monotonic() - began:.0f} s")
    if code:
        tail = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()][-3:]
        if shutil.disk_usage(ROOT).free < 500 * 2**20:
            raise SetupError(f"{title}: the disk is full. Free {NEEDED_GB} GB under {ROOT} and run the command again.")
        raise SetupError(f"{title} failed (exit {code}). Log: {log}. Its end: " + " | ".join(tail))
    say(f"  ✓ {title} ({time.monotonic() - began:.0f} s)")


def make_venv(step: str, version: str, folder: Path, requirements: list[Path]) -> None:
    """A virtual environment from its lock files; made anew when Python is gone, completed when the lock has changed."""
    key = checksum(*requirements)
    if is_done(step, key) and _version_of(str(folder / "bin" / "python")) == version:
        return
    python = find_python(version)
    if _version_of(str(folder / "bin" / "python")) != version:
        shutil.rmtree(folder, ignore_errors=True)
        run(f"Python {version} environment", [python, "-m", "venv", str(folder)], step)
    command = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    for path in requirements:
        command += ["-r", str(path)]
    run(f"packages for Python {version} ({', '.join(p.name for p in requirements)})", command, step)
    mark_done(step, key)


def make_environments(dev: bool) -> None:
    """Both environments, side by side (each spends most of its time on downloads)."""
    locks = ROOT / "requirements"
    app_locks = [locks / "app.txt", *([locks / "dev.txt"] if dev else [])]
    # An environment that has the test tools is good for running, too.
    if not dev and is_done("app", checksum(locks / "app.txt", locks / "dev.txt")):
        app_locks.append(locks / "dev.txt")
    if not (APP.exists() and BOT.exists()) and shutil.disk_usage(ROOT).free < NEEDED_GB * 2**30:
        free = shutil.disk_usage(ROOT).free / 2**30
        raise SetupError(
            f"Not enough disk space under {ROOT}: {free:.1f} GB free, {NEEDED_GB} GB needed. Free some and run the command again."
        )
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(make_venv, "app", "3.11", APP, app_locks),
            pool.submit(make_venv, "bot", "3.10", BOT, [locks / "bot.txt"]),
        ]
        for job in jobs:
            job.result()


def make_knowledge() -> None:
    """Store, passages, lexicon and encoder."""
    data = ROOT / "data"
    inputs = [
        data / "plan",
        data / "thesaurus.yml",
        data / "common_words.yml",
        data / "other_subjects.yml",
        data / "no_slips.yml",
        data / "headings.yml",
        Path(os.environ.get("KEIKAKU_FAQ") or data / "faq"),
        ROOT / "keikaku",
        ROOT / "knowledge",
        ROOT / "search",
    ]
    url = os.environ.get("DATABASE_URL", "")
    outputs = [VAR / "lexicon.json", VAR / "encoder" / "model.safetensors", *([] if url else [VAR / "keikaku.db"])]
    if is_done("knowledge", checksum(*inputs) + url) and all(path.exists() for path in outputs):
        return
    run("knowledge base", [str(APP_PYTHON), "-m", "knowledge.build"], "knowledge")
    mark_done("knowledge", checksum(*inputs) + url)


def make_model() -> None:
    """The Rasa model; what its classifier learns from depends on the lexicon, too."""
    key = checksum(
        ROOT / "config.yml",
        ROOT / "domain.yml",
        ROOT / "data" / "nlu",
        ROOT / "data" / "rules",
        ROOT / "bot",
        ROOT / "keikaku",
        VAR / "lexicon.json",
        ROOT / "requirements" / "bot.txt",
    )
    if is_done("model", key) and MODEL.exists():
        return
    run(
        "Rasa model",
        [
            str(BOT_PYTHON),
            "-m",
            "rasa",
            "train",
            "--domain",
            "domain.yml",
            "--data",
            "data/nlu",
            "data/rules",
            "--config",
            "config.yml",
            "--out",
            "models",
            "--fixed-model-name",
            "keikaku",
            "--force",
        ],
        "model",
    )
    mark_done("model", key)


def make_phrasing() -> None:
    """The router's model of how questions are put; it learns from masked text, which depends on the lexicon."""
    inputs = [ROOT / "data" / "nlu", ROOT / "data" / "routing", ROOT / "keikaku", VAR / "lexicon.json"]
    key = checksum(*inputs, ROOT / "actions" / "phrasing.py", ROOT / "requirements" / "app.txt")
    if is_done("phrasing", key) and PHRASING.exists():
        return
    run("router", [str(APP_PYTHON), "-m", "actions.phrasing"], "phrasing")
    mark_done("phrasing", key)


def make_browser() -> None:
    """Chromium and Japanese fonts from Debian's packages, for the tests of the chat page."""
    if find_chromium() and glob.glob("/usr/share/fonts/**/NotoSansCJK*", recursive=True):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise SetupError(
            "Chromium is missing. Install it (Debian: sudo apt-get install chromium fonts-noto-cjk) and run the command again."
        )
    run("Chromium: package list", ["apt-get", "update", "-q"], "browser")
    run("Chromium", ["apt-get", "install", "-yq", "--no-install-recommends", "chromium", "fonts-noto-cjk"], "browser")


def make_widget_tools() -> None:
    """The type checker and the accessibility checker of the widget's tests, from npm's lock file."""
    folder = ROOT / "tests"
    key = checksum(folder / "package-lock.json")
    if is_done("widget", key) and (folder / "node_modules").exists():
        return
    npm = shutil.which("npm")
    if not npm:
        raise SetupError(
            "npm is missing. Install Node.js 20 or later (Debian: apt-get install nodejs npm) and run it again."
        )
    run("widget checkers", [npm, "ci", "--prefix", str(folder), "--no-audit", "--no-fund"], "widget")
    mark_done("widget", key)


def find_chromium() -> str | None:
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@contextmanager
def only_one() -> Iterator[None]:
    """Two set-ups at once would spoil each other's files: the second waits."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        if fcntl is not None:
            timer = threading.Timer(1, say, ["  waiting for another set-up to end"])
            timer.start()
            fcntl.flock(lock, fcntl.LOCK_EX)
            timer.cancel()
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description="Build what is missing.")
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    parser.add_argument("--run", action="store_true", help="the system is to be started next: its ports must be free")
    args = parser.parse_args()
    began = time.monotonic()
    try:
        if args.run and (problems := taken(ports())):
            raise SetupError(" ".join(problems))
        with only_one():
            make_environments(args.dev)
            if args.dev:
                make_browser()
                make_widget_tools()
            make_knowledge()
            with ThreadPoolExecutor(2) as pool:
                for job in [pool.submit(make_model), pool.submit(make_phrasing)]:
                    job.result()
    except SetupError as error:
        say(f"Set-up stopped: {error}")
        return 1
    except ValueError as error:
        say(f"Set-up stopped: {error}")
        return 1
    except OSError as error:
        say(
            f"Set-up stopped: {error.strerror or error} ({error.filename or ROOT}). Free disk space or fix the permissions and run the command again."
        )
        return 1
    except KeyboardInterrupt:
        say("Set-up interrupted; the next run goes on from here.")
        return 130
    if time.monotonic() - began > 2:
        say(f"  set-up complete ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
