"""One call to an NCBI E-utility, and the whole of its answer or an error: the transport below `pipeline.entrez`.

Biopython's Bio.Entrez builds the requests; what it leaves to the caller is done here: a time-out, back-off with jitter,
the rate limit of all processes together, and looking into the answer, for NCBI answers failures with status 200 too.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import logging
import os
import random
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from Bio import Entrez

from pipeline.errors import RetallyError
from pipeline.ratelimit import RATE, RATE_WITH_KEY, RateLimiter

_log = logging.getLogger(__name__)
T = TypeVar("T")

NCBI = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
LARGEST_ANSWER = 256 * 2**20  # bytes; a batch of 200 records is some 4 MB


class EntrezError(RetallyError):
    """PubMed could not be asked, or its answer not be trusted: what happened, where, the cure, in one line."""


class EntrezRefused(EntrezError):
    """NCBI answered that the request itself is wrong (a bad key, a bad query): asking again does not help."""


class EntrezUnavailable(EntrezError):
    """No sound answer after all tries: no network, a server error, a broken answer. Nothing was taken from it."""


class EntrezIncomplete(EntrezError):
    """Answers sound one by one do not make up the whole: counts that do not add up, records that did not come."""


@dataclass(frozen=True, slots=True)
class EntrezSettings:
    """How to reach the E-utilities. The API key comes from the environment (NCBI_API_KEY) and is in no message.

    `timeout` is how long the server may be silent, `deadline` how long one answer may take in all, `first_pause` and
    `longest_pause` the bounds of the pause between tries (doubled each time, with jitter): all in seconds.
    `rate` in requests a second is for going slower than NCBI allows; faster is only for a server of one's own.
    """

    email: str
    tool: str = "retally"
    api_key: str | None = field(default_factory=lambda: os.environ.get("NCBI_API_KEY") or None, repr=False)
    base_url: str = NCBI
    timeout: float = 60.0
    deadline: float = 600.0
    tries: int = 5
    first_pause: float = 1.0
    longest_pause: float = 60.0
    batch: int = 200
    rate: float | None = None


class _Answer(io.BytesIO):
    """A body read to its end, with what Bio.Entrez asks of a response."""

    def __init__(self, body: bytes, headers: Any, url: str) -> None:
        super().__init__(body)
        self.headers = headers
        self.url = url


class _Passing(Exception):
    """A failure that another try may not meet."""

    def __init__(self, problem: str, wait: float = 0.0) -> None:
        super().__init__(problem)
        self.wait = wait


# Bio.Entrez is a module with its settings in globals: one call at a time may route it.
_BIO_LOCK = threading.Lock()
_bio: Any = Entrez  # typed loosely, for its settings are module attributes

# <ERROR> texts that say the request is at fault. All others are taken for the server's own trouble and tried again.
_REFUSED = re.compile(
    r"invalid db name|empty id list|id list is empty|empty term|invalid value|api key|unsupported|"
    r"unable to obtain query|webenv|query_key|cannot be larger than|history",
    re.IGNORECASE,
)
_CURES = {
    "api key": "check NCBI_API_KEY in your NCBI account settings, or unset it",
    "db name": "check the database's name",
}


class Eutils:
    """Calls E-utilities one at a time: `call(utility, check, **parameters)` gives the body of a sound answer."""

    def __init__(
        self,
        settings: EntrezSettings,
        limiter: RateLimiter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", settings.email or ""):
            raise EntrezRefused("NCBI asks every user for an e-mail address: set a valid one in the settings")
        parts = urlsplit(settings.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EntrezRefused(f"base URL {settings.base_url!r} is no http address; leave it out to use NCBI's")
        self.settings = settings
        self.limiter = limiter or RateLimiter(_rate(settings))
        self._sleep = sleep
        self._base = settings.base_url.rstrip("/") + "/"
        # A server on this machine is not behind the proxy that the environment may name.
        local = [urllib.request.ProxyHandler({})] if _is_local(parts.hostname) else []
        self._opener = urllib.request.build_opener(*local)

    def call(self, utility: str, check: Callable[[bytes], T], **parameters: Any) -> T:
        """Sends one request until `check` accepts the body's content; gives what `check` makes of it.

        `check` raises `ValueError` for a body that is broken (a new try follows). Raises `EntrezRefused` or
        `EntrezUnavailable`.
        """
        problem = ""
        for attempt in range(self.settings.tries):
            try:
                body = self._once(utility, parameters)
                _look_for_errors(body, utility)
                try:
                    return check(body)
                except ValueError as error:
                    raise _Passing(f"a broken answer ({error})") from None
            except _Passing as failure:
                problem = self._clean(str(failure))
                _log.info("%s: %s; try %d of %d", utility, problem, attempt + 1, self.settings.tries)
                if attempt + 1 < self.settings.tries:
                    self.pause(attempt, failure.wait)
            except EntrezRefused as error:
                raise EntrezRefused(self._clean(str(error))) from None
        raise EntrezUnavailable(
            f"PubMed {utility}: {problem}, {self.settings.tries} tries; nothing was taken from it: "
            f"check the network and run again later"
        )

    def pause(self, attempt: int, asked: float = 0.0) -> None:
        """Sleeps before the next try: twice as long each time, half of it random, no less than `asked` seconds."""
        longest = self.settings.longest_pause
        full = min(longest, self.settings.first_pause * 2**attempt)
        self._sleep(max(full * random.uniform(0.5, 1.0), min(asked, longest)))

    def _once(self, utility: str, parameters: dict[str, Any]) -> bytes:
        settings = self.settings
        self.limiter.wait()
        with _BIO_LOCK:
            before = _bio.urlopen, _bio.max_tries
            _bio.urlopen, _bio.max_tries = self._open, 1
            # Bio.Entrez's own pause counts on the wall clock and would sleep for hours after it is set back.
            _bio._open.previous = 0.0
            try:
                handle = getattr(_bio, utility)(
                    **parameters, tool=settings.tool, email=settings.email, api_key=settings.api_key
                )
            except urllib.error.HTTPError as error:
                raise _status(error, utility) from None
            except (OSError, http.client.HTTPException) as error:
                raise _Passing(_reason(error)) from None
            finally:
                _bio.urlopen, _bio.max_tries = before
        data: bytes = handle.buffer.read() if isinstance(handle, io.TextIOWrapper) else handle.read()
        return data

    def _open(self, request: urllib.request.Request) -> _Answer:
        """Takes the place of Bio.Entrez's urlopen: the base URL put in, a time-out, the body read to its end."""
        routed = urllib.request.Request(
            self._base + request.full_url.rsplit("/eutils/", 1)[-1], data=request.data, method=request.get_method()
        )
        begun = time.monotonic()
        with self._opener.open(routed, timeout=self.settings.timeout) as response:
            parts, size = [], 0
            while data := response.read1(2**16):
                parts.append(data)
                size += len(data)
                if size > LARGEST_ANSWER:
                    raise OSError(f"the answer is larger than {LARGEST_ANSWER // 2**20} MB")
                if time.monotonic() - begun > self.settings.deadline:
                    raise TimeoutError("the answer did not end")
            promised = response.headers.get("Content-Length", "")
            if promised.isdigit() and size < int(promised):
                raise http.client.IncompleteRead(b"", int(promised) - size)
            return _Answer(b"".join(parts), response.headers, routed.full_url)

    def _clean(self, message: str) -> str:
        """The message without the API key, which some of NCBI's own error texts repeat."""
        key = self.settings.api_key
        return message.replace(key, "***") if key else message


def _rate(settings: EntrezSettings) -> float:
    """Requests a second: what NCBI allows, or less where the settings say so."""
    allowed = RATE_WITH_KEY if settings.api_key else RATE
    if settings.rate is None:
        return allowed
    ncbi = (urlsplit(settings.base_url).hostname or "").endswith("nih.gov")
    return min(settings.rate, allowed) if ncbi else settings.rate


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _status(error: urllib.error.HTTPError, utility: str) -> Exception:
    """What a status other than 200 means: tried again on 429, 5xx and a 400 that does not say what is wrong."""
    try:
        text = _short(error.read(4096))
    except (OSError, http.client.HTTPException):
        text = ""
    finally:
        error.close()
    said = f"HTTP {error.code}" + (f" ({text})" if text else "")
    after = error.headers.get("Retry-After", "") if error.headers else ""
    if error.code == 400 and _REFUSED.search(text):
        return _refusal(utility, said)
    if error.code in (400, 408, 429) or error.code >= 500:
        return _Passing(said, float(after) if re.fullmatch(r"\d{1,5}", after) else 0.0)
    return EntrezRefused(f"PubMed {utility}: {said}; check the base URL, and that NCBI has not blocked this address")


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionError):
        return f"the connection was cut ({type(error).__name__})"
    return f"no connection ({getattr(error, 'strerror', None) or error})"


def _look_for_errors(body: bytes, utility: str) -> None:
    """Raises for an answer of status 200 that is an error: nothing, a page for people, or an <ERROR> element."""
    head = body[:4096].lstrip().lower()
    if not head:
        raise _Passing("an empty answer")
    if b"<html" in head or head.startswith(b"<!doctype html"):
        raise _Passing(f"an HTML page instead of data ({_short(body[:4096])})")
    # The element stands for the whole answer: in the first part of a short body, never within a record's text,
    # where it would be written &lt;ERROR&gt;.
    found = re.search(rb"<ERROR>(.*?)</ERROR>", body[:65536], re.DOTALL)
    if found or head.startswith(b'{"error"'):
        text = _short(found[1] if found else body[:500])
        if _REFUSED.search(text):
            raise _refusal(utility, text)
        raise _Passing(f"the error {text!r}")


def _refusal(utility: str, text: str) -> EntrezRefused:
    cure = next((cure for cause, cure in _CURES.items() if cause in text.lower()), "check the query and the ids")
    return EntrezRefused(f"PubMed {utility} refused the request: {text}; {cure}")


def _short(body: bytes) -> str:
    """The words of a body without markup, cut to a line."""
    text = body.decode("utf-8", "replace")
    plain = re.sub(r"<(?:style|script).*?</(?:style|script)>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(plain.split())[:160]
