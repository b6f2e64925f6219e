"""Mail against an SMTP server on this machine: what is sent, to whom, and what happens when the server refuses."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

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
        self.tls: ssl.SSLContext | None = None  # offers STARTTLS with it
        self.implicit = False  # speaks TLS from the first byte
        self.encrypted: list[str] = []  # what was said under TLS


class Session(socketserver.StreamRequestHandler):
    server: Smtp

    def handle(self) -> None:
        if self.server.implicit and not self.start_tls():
            return
        self.answer("220 made-up.example ESMTP")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            self.server.said.append(line)
            if isinstance(self.connection, ssl.SSLSocket):
                self.server.encrypted.append(line)
            word = line.split()[0].upper()
            if word == "EHLO":
                self.answer("250-made-up.example")
                if self.server.tls is not None and not isinstance(self.connection, ssl.SSLSocket):
                    self.answer("250-STARTTLS")
                self.answer("250 AUTH PLAIN")
            elif word == "RCPT":
                to.append(line.split("<")[1].split(">")[0])
                self.answer("250 ok")
            elif word == "STARTTLS":
                self.answer("220 go on")
                if not self.start_tls():
                    return
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

    def start_tls(self) -> bool:
        """Whether the client took the certificate."""
        assert self.server.tls is not None
        try:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, ConnectionError):
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        return True

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


# TLS --------------------------------------------------------------------------------------------------------------

PASSWORD = "hunter2hunter2"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def offer_tls(smtp: Smtp, authority: trustme.CA, name: str = "127.0.0.1") -> None:
    """The server has a certificate of that name."""
    smtp.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(smtp.tls)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority, as it trusts those in the system's own store."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def address(smtp: Smtp, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETALLY_SMTP", f"{scheme}://me@127.0.0.1:{smtp.server_address[1]}")
    smtp.implicit = scheme == "smtps"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"], ids=["STARTTLS", "TLS from the first byte"])
@pytest.mark.parametrize("place", ["environment", "file"])
def test_password_and_mail_go_under_tls(
    smtp: Smtp, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, scheme: str, place: str, tmp_path: Path
) -> None:
    offer_tls(smtp, authority)
    address(smtp, scheme, monkeypatch)
    if place == "file":
        file = tmp_path / "password"
        file.write_text(PASSWORD + "\n", encoding="utf-8")
        file.chmod(0o600)
        monkeypatch.setenv("RETALLY_SMTP_PASSWORD_FILE", str(file))
    else:
        monkeypatch.setenv("RETALLY_SMTP_PASSWORD", PASSWORD)
    mailer().send("Spruce fever: 1 new study", "text\n", "x")
    assert len(smtp.messages) == 1
    given = next(line for line in smtp.said if line.startswith("AUTH PLAIN"))
    assert base64.b64decode(given.split()[2]) == f"\0me\0{PASSWORD}".encode()
    assert given in smtp.encrypted
    assert [line for line in smtp.said if line not in smtp.encrypted] in ([], ["STARTTLS"])


@pytest.mark.usefixtures("trusted")
def test_a_password_file_that_others_can_read_is_refused(
    smtp: Smtp, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    offer_tls(smtp, authority)
    address(smtp, "smtps", monkeypatch)
    file = tmp_path / "password"
    file.write_text(PASSWORD, encoding="utf-8")
    file.chmod(0o644)
    monkeypatch.setenv("RETALLY_SMTP_PASSWORD_FILE", str(file))
    with pytest.raises(UsageError, match="chmod 600"):
        mailer().send("s", "t", "x")
    assert smtp.messages == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_here_trusts_gets_neither_password_nor_mail(
    smtp: Smtp, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    offer_tls(smtp, authority)
    address(smtp, scheme, monkeypatch)
    monkeypatch.setenv("RETALLY_SMTP_PASSWORD", PASSWORD)
    with pytest.raises(MailError, match="certificate verify failed"):
        mailer().send("s", "t", "x")
    assert smtp.messages == [] and smtp.encrypted == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_server_is_refused(
    smtp: Smtp, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_tls(smtp, authority, "mail.elsewhere.example")
    address(smtp, "smtps", monkeypatch)
    with pytest.raises(MailError, match="certificate verify failed"):
        mailer().send("s", "t", "x")
    assert smtp.messages == []


def test_without_tls_a_password_never_leaves_for_another_machine(smtp: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    address(smtp, "smtp", monkeypatch)
    monkeypatch.setenv("RETALLY_SMTP_PASSWORD", PASSWORD)
    monkeypatch.setattr("pipeline.mail._HERE", set())  # as if the server were elsewhere
    with pytest.raises(MailError, match="the password was not sent"):
        mailer().send("s", "t", "x")
    assert not any("AUTH" in line for line in smtp.said)
