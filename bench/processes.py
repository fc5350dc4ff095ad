"""Starting, timing and weighing the servers that a benchmark compares."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from evaluation.system import free_ports
from ops.setup import BOT_PYTHON, environment


def rss_mb(pid: int) -> float:
    """Resident memory of a process and its children in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(rss_mb(int(child)) for child in children)


def train(folder: Path, config: Path, domain: Path, data: Sequence[Path]) -> float:
    """Train a Rasa model into `folder`/model.tar.gz; seconds it took. Raises CalledProcessError with the output."""
    began = time.perf_counter()
    command = [str(BOT_PYTHON), "-m", "rasa", "train", "--config", str(config), "--domain", str(domain), "--data"]
    command += [*map(str, data), "--out", str(folder), "--fixed-model-name", "model", "--force"]
    subprocess.run(command, check=True, env=environment(), capture_output=True, text=True)
    return time.perf_counter() - began


@contextmanager
def rasa_server(model: Path, extra: Sequence[str] = (), seconds: float = 180) -> Iterator[tuple[str, int, float]]:
    """A Rasa server on a free port: (its address, its process id, seconds until it answered)."""
    port = free_ports(1)[0]
    command = [str(BOT_PYTHON), "-m", "rasa", "run", "--model", str(model), "--interface", "127.0.0.1"]
    command += ["--port", str(port), "--enable-api", "--quiet", *extra]
    url, began = f"http://127.0.0.1:{port}", time.perf_counter()
    env = {**environment(), "ACTIONS_PORT": "1"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _has_model(url):
            if process.poll() is not None or time.perf_counter() - began > seconds:
                raise RuntimeError(f"Rasa did not start with {model} (exit {process.poll()})")
            time.sleep(0.2)
        yield url, process.pid, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


def _has_model(url: str) -> bool:
    try:
        return bool(httpx.get(f"{url}/status", timeout=3, trust_env=False).json().get("model_file"))
    except (httpx.HTTPError, ValueError):
        return False
