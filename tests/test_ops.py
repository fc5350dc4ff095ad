"""Set-up and start: what an operator is told when something is missing or taken."""

from __future__ import annotations

import shlex
import socket
from pathlib import Path

import pytest

from ops import ports, serve, setup


def test_missing_python_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "_version_of", lambda _python: None)
    monkeypatch.setattr(setup.shutil, "which", lambda _name: None)
    with pytest.raises(setup.SetupError, match=r"Python 3\.10 was not found\. Install it"):
        setup.find_python("3.10")


def test_a_python_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert setup._version_of(str(shim)) is None
    assert setup._version_of(str(tmp_path / "nothing")) is None


def test_no_disk_space_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "APP", tmp_path / "app")
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 2**30})())
    with pytest.raises(setup.SetupError, match=r"Not enough disk space.*1\.0 GB free, 8 GB needed"):
        setup.make_environments(dev=False)


def test_taken_port_is_said() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        (message,) = ports.taken({"RASA_PORT": port})
    assert f"Port {port} is not free" in message and "RASA_PORT=" in message


@pytest.mark.parametrize(
    ("value", "message"), [("x", "not a port number"), ("70000", "not a port number"), ("5005", "must differ")]
)
def test_bad_port_is_said(monkeypatch: pytest.MonkeyPatch, value: str, message: str) -> None:
    monkeypatch.setenv("PORT", value)
    monkeypatch.delenv("RASA_PORT", raising=False)
    with pytest.raises(ValueError, match=message):
        ports.ports()


def test_steps_run_again_only_when_inputs_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    source = tmp_path / "source.txt"
    source.write_text("one")
    key = setup.checksum(source)
    assert not setup.is_done("step", key)
    setup.mark_done("step", key)
    assert setup.is_done("step", setup.checksum(source))
    source.write_text("two")
    assert not setup.is_done("step", setup.checksum(source))


def test_a_failing_step_shows_its_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "LOGS", tmp_path)
    with pytest.raises(setup.SetupError, match="the cause"):
        setup.run("step", ["sh", "-c", "echo the cause; exit 3"], "step")


def test_a_token_that_begins_with_a_hyphen_is_no_option() -> None:
    words = shlex.split(serve.commands({"RASA_PORT": 5005}, "-secret")["bot"])
    assert "--auth-token=-secret" in words and "-secret" not in words
