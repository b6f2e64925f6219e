"""Mail through SMTP: what changed, to the people who asked for it.

Configured by the environment: RETALLY_MAIL_TO (addresses, commas between), RETALLY_MAIL_FROM, RETALLY_SMTP (an address
such as smtp://mail.example.org:587 or smtps://user@mail.example.org); the password is a secret, RETALLY_SMTP_PASSWORD.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, getaddresses
from urllib.parse import unquote, urlsplit

from pipeline.errors import RetallyError, UsageError
from pipeline.secret import redacted, secret

_SECONDS = 30.0  # a mail server that is silent for longer is taken for down
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_HERE = {"localhost", "127.0.0.1", "::1"}


class MailError(RetallyError):
    """The mail server could not be reached or refused the message; it is sent with the next update."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Whom mail goes to, and through which server. `tls`: from the first byte; else STARTTLS where it is offered."""

    to: tuple[str, ...]
    sender: str
    host: str = "localhost"
    port: int = 25
    tls: bool = False
    user: str | None = None

    @classmethod
    def load(cls) -> Mailer | None:
        """As the environment says; None where no mail is wanted. Raises `UsageError` for what cannot be right."""
        to = os.environ.get("RETALLY_MAIL_TO", "")
        if not to.strip():
            return None
        addresses = _addresses("RETALLY_MAIL_TO", to)
        sender = os.environ.get("RETALLY_MAIL_FROM") or os.environ.get("RETALLY_EMAIL") or addresses[0]
        server = urlsplit(os.environ.get("RETALLY_SMTP") or "smtp://localhost:25")
        if server.password is not None:
            raise UsageError("no password belongs here", "RETALLY_SMTP", "Put it into RETALLY_SMTP_PASSWORD.")
        try:
            port = server.port
        except ValueError:
            port = -1
        if server.scheme not in ("smtp", "smtps") or not server.hostname or port == -1:
            raise UsageError("not the address of a mail server", "RETALLY_SMTP", "Write it as smtp://host:587.")
        tls = server.scheme == "smtps"
        user = unquote(server.username) if server.username else None
        from_address = _addresses("RETALLY_MAIL_FROM", sender)[0]
        return cls(addresses, from_address, server.hostname, port or (465 if tls else 25), tls, user)

    def send(self, subject: str, text: str, identity: str) -> None:
        """Send one message; `identity` makes its Message-ID, the same when it is sent again. Raises `MailError`."""
        message = EmailMessage()
        message["Subject"] = " ".join(subject.split())
        message["From"], message["To"] = self.sender, ", ".join(self.to)
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = f"<{identity}@{self.sender.rsplit('@', 1)[1]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(text)
        try:
            self._hand_over(message)
        except (OSError, smtplib.SMTPException) as error:
            said = redacted(" ".join(str(error).split())) or type(error).__name__
            raise MailError(
                f"the mail could not be sent: {said}", f"{self.host}:{self.port}", "It is sent with the next update."
            ) from None

    def _hand_over(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.tls:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        with server:
            server.ehlo()
            safe = self.tls or self.host in _HERE
            if not self.tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                safe = True
            password = secret("RETALLY_SMTP_PASSWORD")
            if self.user and password:
                if not safe:
                    raise smtplib.SMTPException("the server offers no encryption; the password was not sent")
                server.login(self.user, password)
            server.send_message(message)


def _addresses(variable: str, text: str) -> tuple[str, ...]:
    found = tuple(address for _, address in getaddresses([text]) if address)
    if not found or not all(_ADDRESS.fullmatch(address) for address in found):
        raise UsageError(f"not mail addresses: {text!r}", variable, "Write them as a@example.org, b@example.org.")
    return found
