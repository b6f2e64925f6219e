"""Mail against an SMTP server on this machine: what is sent, to whom, and what happens when the server refuses."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator

import pytest

from pipeline.errors import UsageError
from pipeline.mail import Mailer, MailError


class Smtp(socketserver.ThreadingTCPServer):
    """A small SMTP server (RFC 5321) that keeps what it is given; `refuse` makes it answer DATA with that line."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: list[tuple[list[str], bytes]] = []
        self.said: list[str] = []
        self.refuse = ""


class Session(socketserver.StreamRequestHandler):
    server: Smtp

    def handle(self) -> None:
        self.answer("220 made-up.example ESMTP")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            self.server.said.append(line)
            word = line.split()[0].upper()
            if word == "EHLO":
                self.answer("250-made-up.example")
                self.answer("250 AUTH PLAIN")
            elif word == "RCPT":
                to.append(line.split("<")[1].split(">")[0])
                self.answer("250 ok")
            elif word == "AUTH":
                self.answer("235 ok")
            elif word == "DATA":
                self.answer(self.server.refuse or "354 go on")
                if not self.server.refuse:
                    body = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        body += part.removeprefix(b".") if part.startswith(b"..") else part
                    self.server.messages.append((to, body))
                    self.answer("250 taken")
            elif word == "QUIT":
                self.answer("221 bye")
                return
            else:
                self.answer("250 ok")

    def answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Smtp]:
    with Smtp() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("RETALLY_SMTP", f"smtp://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("RETALLY_MAIL_TO", "a@example.org, B <b@example.org>")
        monkeypatch.setenv("RETALLY_MAIL_FROM", "retally@example.org")
        yield server
        server.shutdown()


def mailer() -> Mailer:
    found = Mailer.load()
    assert found is not None
    return found


def test_what_changed_reaches_every_address_as_it_was_written(smtp: Smtp) -> None:
    mailer().send("Spruce fever: 1 new study", "Müller, 50 % \u2265 40 %\n.\nend\n", "retally-spruce-7")
    to, body = smtp.messages[0]
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert to == ["a@example.org", "b@example.org"]
    assert message["Subject"] == "Spruce fever: 1 new study"
    assert message["Message-ID"] == "<retally-spruce-7@example.org>"
    assert message.get_content().replace("\r\n", "\n") == "Müller, 50 % \u2265 40 %\n.\nend\n"


def test_a_title_cannot_add_a_header(smtp: Smtp) -> None:
    mailer().send("Spruce\r\nBcc: victim@example.org", "text\n", "x")
    to, body = smtp.messages[0]
    assert to == ["a@example.org", "b@example.org"]
    assert "Bcc" not in email.message_from_bytes(body)


def test_a_refusal_says_so_and_keeps_the_password_to_itself(smtp: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETALLY_SMTP", f"smtp://me@127.0.0.1:{smtp.server_address[1]}")
    monkeypatch.setenv("RETALLY_SMTP_PASSWORD", "hunter2hunter2")
    smtp.refuse = "554 not with hunter2hunter2"
    with pytest.raises(MailError, match=r"could not be sent.*\*\*\*.*next update") as refused:
        mailer().send("s", "t", "x")
    assert "hunter2" not in str(refused.value)
    assert any(line.startswith("AUTH PLAIN") for line in smtp.said)


def test_a_server_that_is_down_is_an_error_and_not_a_crash(smtp: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETALLY_SMTP", "smtp://127.0.0.1:9")
    with pytest.raises(MailError, match=r"127\.0\.0\.1:9"):
        mailer().send("s", "t", "x")


def test_without_an_address_there_is_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETALLY_MAIL_TO", raising=False)
    assert Mailer.load() is None


@pytest.mark.parametrize("server", ["smtp://me:secret@host", "http://host", "smtp://", "smtp://host:port"])
def test_an_address_that_cannot_be_right_is_refused(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv("RETALLY_MAIL_TO", "a@example.org")
    monkeypatch.setenv("RETALLY_SMTP", server)
    with pytest.raises(UsageError) as refused:
        Mailer.load()
    assert "secret" not in str(refused.value)
