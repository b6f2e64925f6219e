"""NCBI's E-utilities on loopback: esearch, epost, efetch and einfo over HTTP, which can be told to misbehave.

    with EutilsServer(made_up(300)) as server:
        server.fail("efetch", "truncated", times=2)
        Entrez(EntrezSettings(email="test@example.org", base_url=server.base_url))

It answers as PubMed does: the first 9,999 ids only, a history server, 400 where no id is known, dates by crdt, mdat,
edat and pdat.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.eutils.articles import Article
from tests.eutils.terms import Query, in_range

FAULTS = (
    "400", "429", "500", "502", "timeout", "html", "error", "json error", "empty", "truncated", "between records",
    "cut", "wrong count", "one missing", "history lost", "one damaged", "dripping",
)  # fmt: skip
_XML = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_HTML = (
    b"<!DOCTYPE html><html><head><title>Error</title></head><body><p>The site is being maintained.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: `at` is the monotonic clock's time."""

    utility: str
    method: str
    parameters: dict[str, str]
    at: float


class EutilsServer:
    """The stand-in as a context manager; `base_url` goes into the settings. Its articles may change while it runs."""

    def __init__(self, articles: list[Article] | None = None, reach: int = 9_999) -> None:
        self.articles = {article.pmid: article for article in articles or []}
        self.reach = reach
        self.updated = "2025/01/01 06:00"  # what einfo gives as LastUpdate
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._faults: list[tuple[str, str]] = []
        self._history: dict[str, list[list[str]]] = {}
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.stand_in = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/entrez/eutils/"

    def __enter__(self) -> EutilsServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def add(self, *articles: Article) -> None:
        """Puts articles in, or new versions of them in the place of the old."""
        self.articles.update({article.pmid: article for article in articles})

    def delete(self, pmid: str) -> None:
        """Takes an article out, as NLM does with a duplicate."""
        self.articles.pop(pmid, None)

    def fail(self, utility: str, fault: str, times: int = 1) -> None:
        """The next `times` requests to the utility meet the fault (one of FAULTS)."""
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}: one of {', '.join(FAULTS)}")
        with self._lock:
            self._faults += [(utility, fault)] * times

    def asked(self, utility: str) -> list[Request]:
        """The requests that came for one utility."""
        return [request for request in self.requests if request.utility == utility]

    def take_fault(self, utility: str) -> str | None:
        with self._lock:
            for index, (name, fault) in enumerate(self._faults):
                if name == utility:
                    del self._faults[index]
                    return fault
        return None

    def answer(self, utility: str, given: dict[str, str], fault: str | None) -> tuple[int, str]:
        """(HTTP status, body) of a request."""
        if utility == "esearch":
            return self._esearch(given, fault)
        if utility == "epost":
            return self._epost(given)
        if utility == "efetch":
            return self._efetch(given, fault)
        if utility == "einfo":
            return self._einfo(given)
        return 404, "not found"

    def _esearch(self, given: dict[str, str], fault: str | None) -> tuple[int, str]:
        term = given.get("term", "")
        if not term.strip():
            return 200, f"{_XML}<eSearchResult><ERROR>Empty term and query_key - nothing todo</ERROR></eSearchResult>"
        start, size = int(given.get("retstart", 0)), int(given.get("retmax", 20))
        if start >= self.reach:
            text = f"Search Backend failed: Exception: 'retstart' cannot be larger than {self.reach - 1}."
            return 200, f"{_XML}<eSearchResult><ERROR>{text}</ERROR></eSearchResult>"
        query = Query(term)
        found = [article for article in self.articles.values() if query.test(article)]
        if given.get("mindate") and given.get("maxdate"):
            limit = in_range(given["mindate"], given["maxdate"], given.get("datetype", "edat"))
            found = [article for article in found if limit(article)]
        ids = [a.pmid for a in sorted(found, key=lambda a: (a.created, int(a.pmid)), reverse=True)]
        shown = ids[start : min(start + size, self.reach)]
        history = ""
        if given.get("usehistory") == "y":
            webenv, key = self._remember(given.get("WebEnv"), ids[: self.reach])
            history = f"<QueryKey>{key}</QueryKey><WebEnv>{webenv}</WebEnv>"
        errors = "".join(f"<FieldNotFound>{escape(field)}</FieldNotFound>" for field in query.unknown)
        if not ids:
            errors += f"<PhraseNotFound>{escape(term)}</PhraseNotFound>"
        remarks = f"<ErrorList>{errors}</ErrorList>" if errors else ""
        if not ids:
            remarks += "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList>"
        count = len(ids) + (7 if fault == "wrong count" else 0)
        listed = "".join(f"<Id>{pmid}</Id>\n" for pmid in shown)
        return 200, (
            f"{_XML}<eSearchResult><Count>{count}</Count><RetMax>{len(shown)}</RetMax><RetStart>{start}</RetStart>{history}"
            f"<IdList>\n{listed}</IdList><TranslationSet/><QueryTranslation>{escape(term)}</QueryTranslation>{remarks}"
            "</eSearchResult>"
        )

    def _remember(self, webenv: str | None, ids: list[str]) -> tuple[str, int]:
        with self._lock:
            webenv = webenv or f"MCID_test{len(self._history) + 1}"
            self._history.setdefault(webenv, []).append(ids)
            return webenv, len(self._history[webenv])

    def _epost(self, given: dict[str, str]) -> tuple[int, str]:
        ids = [pmid for pmid in given.get("id", "").split(",") if pmid.isdigit()]
        if not ids:
            return 200, f"{_XML}<ePostResult><ERROR>Empty ID list; Nothing to store</ERROR></ePostResult>"
        webenv, key = self._remember(given.get("WebEnv"), ids)
        return 200, f"{_XML}<ePostResult>\n<QueryKey>{key}</QueryKey>\n<WebEnv>{webenv}</WebEnv>\n</ePostResult>"

    def _efetch(self, given: dict[str, str], fault: str | None) -> tuple[int, str]:
        if "id" in given:
            ids = given["id"].split(",")
        else:
            sets = self._history.get(given.get("WebEnv", ""), [])
            key = int(given.get("query_key", 0))
            if fault == "history lost" or not 0 < key <= len(sets):
                return 200, f"{_XML}<eFetchResult><ERROR>Unable to obtain query #{key}</ERROR></eFetchResult>"
            start = int(given.get("retstart", 0))
            ids = sets[key - 1][start : start + min(int(given.get("retmax", 20)), 10_000)]
        known = [self.articles[pmid] for pmid in ids if pmid in self.articles]
        if not known and "id" in given:
            return 400, "ID list is empty! Possibly it has no correct IDs."
        pieces = [article.to_xml() for article in known]
        if fault == "one missing" and pieces:
            pieces.pop()
        if fault == "one damaged" and pieces:
            pieces[0] = pieces[0].replace("</ArticleTitle>", "</Title>")
        if fault == "between records":
            return 200, f"{_XML}<PubmedArticleSet>\n" + "\n".join(pieces[: len(pieces) // 2 + 1])
        return 200, f"{_XML}<PubmedArticleSet>\n" + "\n".join(pieces) + "\n</PubmedArticleSet>\n"

    def _einfo(self, given: dict[str, str]) -> tuple[int, str]:
        if given.get("db") != "pubmed":
            return 200, f"{_XML}<eInfoResult><DbList><DbName>pubmed</DbName></DbList></eInfoResult>"
        fields = "".join(
            f"<Field><Name>{name}</Name></Field>" for name in ("ALL", "UID", "PDAT", "EDAT", "MDAT", "CRDT")
        )
        return 200, (
            f"{_XML}<eInfoResult><DbInfo><DbName>pubmed</DbName><DbBuild>Build-test</DbBuild>"
            f"<Count>{len(self.articles)}</Count><LastUpdate>{self.updated}</LastUpdate>"
            f"<FieldList>{fields}</FieldList></DbInfo></eInfoResult>"
        )


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0 with a Content-Length; the faults that lie in the transport are made here."""

    def do_GET(self) -> None:
        self._serve(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the tests look at `requests`."""

    def _serve(self, query: str) -> None:
        stand_in: EutilsServer = self.server.stand_in  # type: ignore[attr-defined]
        given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        utility = urlsplit(self.path).path.rsplit("/", 1)[-1].removesuffix(".fcgi")
        stand_in.requests.append(Request(utility, self.command, given, time.monotonic()))
        fault = stand_in.take_fault(utility)
        if fault in ("400", "429", "500", "502"):
            later = {"Retry-After": "2"} if fault == "429" else {}
            self._send(int(fault), b"<html><body>A test error</body></html>", headers=later)
        elif fault == "timeout":
            stand_in.stopping.wait(30)
        elif fault == "html":
            self._send(200, _HTML, "text/html")
        elif fault == "error":
            self._send(200, b"<eResult><ERROR>Search Backend failed: a test error</ERROR></eResult>")
        elif fault == "json error":
            key = given.get("api_key", "")
            self._send(400, f'{{"error":"API key invalid","api-key":"{key}"}}'.encode(), "application/json")
        elif fault == "empty":
            self._send(200, b"")
        else:
            status, text = stand_in.answer(utility, given, fault)
            body = text.encode()
            if fault == "truncated":
                self._send(status, body[: len(body) * 2 // 3])
            elif fault == "cut":
                self._send(status, body[: len(body) // 2], promised=len(body))
            elif fault == "dripping":
                self._drip(body)
            else:
                self._send(status, body)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "text/xml",
        promised: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=UTF-8")
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        """A byte now and then, so that no single wait is long."""
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        try:
            for byte in body:
                self.wfile.write(bytes([byte]))
                if self.server.stand_in.stopping.wait(0.05):  # type: ignore[attr-defined]
                    return
        except OSError:  # the client has gone
            return
