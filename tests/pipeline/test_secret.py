"""Secrets: read from safe places only, and in no message, log or store."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.logs import log_to
from pipeline.secret import redacted, secret


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "key"
    path.write_text("a-made-up-key\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.delenv("NCBI_API_KEY", raising=False)
    monkeypatch.setenv("NCBI_API_KEY_FILE", str(path))
    return path


def test_the_environment_comes_first_then_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret("NCBI_API_KEY") == "a-made-up-key"
    monkeypatch.setenv("NCBI_API_KEY", "another")
    assert secret("NCBI_API_KEY") == "another"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        secret("NCBI_API_KEY")


@pytest.mark.parametrize("content", [b"", b"two\nlines", b"\xff\xfe"])
def test_a_file_without_one_line_of_text_is_refused_and_not_quoted(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        secret("NCBI_API_KEY")
    assert "two" not in str(refused.value)


def test_a_secret_is_in_no_log_not_even_in_a_traceback(file: Path, tmp_path: Path) -> None:
    assert redacted("key=a-made-up-key&x") == "key=***&x"
    before = logging.getLogger().handlers[:]
    try:
        log_to(tmp_path / "log")
        try:
            raise ValueError("a-made-up-key")
        except ValueError:
            logging.getLogger("pipeline.x").exception("with %s", "a-made-up-key")
    finally:
        logging.getLogger().handlers[:] = before
    written = (tmp_path / "log").read_text(encoding="utf-8")
    assert "a-made-up-key" not in written
    assert "***" in written
