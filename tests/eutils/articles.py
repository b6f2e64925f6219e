"""What the stand-in holds: articles as PubMed XML with their dates, made up (and saying so) or real ones."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_ARTICLE = re.compile(r"<PubmedArticle>.*?</PubmedArticle>", re.DOTALL)


@dataclass(slots=True)
class Article:
    """One article: its XML is built from the fields unless `xml` is given. Dates by PubMed's field names."""

    pmid: str
    title: str
    sections: list[tuple[str, str]] = field(default_factory=list)
    created: date = date(2020, 1, 1)
    modified: date | None = None
    entered: date | None = None
    published: date | None = None
    publication_types: list[str] = field(default_factory=lambda: ["Journal Article"])
    mesh: list[str] = field(default_factory=list)
    corrections: list[tuple[str, str]] = field(default_factory=list)  # (RefType, PMID)
    version: int = 1
    xml: str | None = None

    def date_of(self, datetype: str) -> date:
        """The date a search by `crdt`, `mdat`, `edat` or `pdat` looks at."""
        dates = {"crdt": self.created, "mdat": self.modified, "edat": self.entered, "pdat": self.published}
        return dates[datetype] or self.created

    def words(self) -> str:
        """The text that a search looks in, lower case."""
        return " ".join([self.title, *(text for _, text in self.sections), *self.mesh]).lower()

    def to_xml(self) -> str:
        """The article as a PubmedArticle element."""
        if self.xml is not None:
            return self.xml
        revised, published = self.date_of("mdat"), self.date_of("pdat")
        abstract = "".join(
            f"<AbstractText{f' Label={quoteattr(label)}' if label else ''}>{escape(text)}</AbstractText>"
            for label, text in self.sections
        )
        links = "".join(
            f'<CommentsCorrections RefType="{kind}"><RefSource>Test J. 2020</RefSource>'
            f'<PMID Version="1">{pmid}</PMID></CommentsCorrections>'
            for kind, pmid in self.corrections
        )
        types = "".join(f"<PublicationType>{escape(name)}</PublicationType>" for name in self.publication_types)
        mesh = "".join(
            f"<MeshHeading><DescriptorName>{escape(name)}</DescriptorName></MeshHeading>" for name in self.mesh
        )
        return (
            f'<PubmedArticle><MedlineCitation><PMID Version="{self.version}">{self.pmid}</PMID>'
            f"<DateRevised><Year>{revised:%Y}</Year><Month>{revised:%m}</Month><Day>{revised:%d}</Day></DateRevised>"
            f"<Article><Journal><JournalIssue><PubDate><Year>{published:%Y}</Year></PubDate></JournalIssue>"
            f"<Title>Journal of test records</Title></Journal><ArticleTitle>{escape(self.title)}</ArticleTitle>"
            f"{f'<Abstract>{abstract}</Abstract>' if abstract else ''}<Language>eng</Language>"
            f"<PublicationTypeList>{types}</PublicationTypeList></Article><MeshHeadingList>{mesh}</MeshHeadingList>"
            f"{f'<CommentsCorrectionsList>{links}</CommentsCorrectionsList>' if links else ''}"
            "</MedlineCitation></PubmedArticle>"
        )


def made_up(
    count: int, first_pmid: int = 900_000_001, start: date = date(2001, 1, 1), days: float = 1.0
) -> list[Article]:
    """Made-up articles, `days` apart, whose titles say that they are; the numbers are far above any PMID given out."""
    return [
        Article(
            pmid=str(first_pmid + number),
            title=f"Made-up test record {number + 1}: no real paper",
            sections=[("RESULTS", f"This invented text speaks of {number % 40} of {number % 40 + 10} patients.")],
            created=start + timedelta(days=int(number * days)),
        )
        for number in range(count)
    ]


def real(shared: Path) -> list[Article]:
    """The real records of the shared folder: E-utilities answers as they are, and PubMedQA's abstracts as XML."""
    found: dict[str, Article] = {}
    for path in sorted((shared / "pubmed" / "entrez_xml").rglob("pubmed*.xml")):
        for xml in _ARTICLE.findall(path.read_text(encoding="utf-8")):
            number = re.search(r"<PMID[^>]*>(\d+)<", xml)
            title = re.search(r"<ArticleTitle>(.*?)</ArticleTitle>", xml, re.DOTALL)
            if number:
                pmid = number[1]
                plain = re.sub(r"<[^>]+>", "", title[1]) if title else ""
                found[pmid] = Article(pmid, plain, created=_spread(pmid), xml=xml)
    with (shared / "pubmed" / "pubmedqa.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            pmid = str(row["pmid"])
            sections = [(section["label"] or "", section["text"]) for section in row["sections"]]
            published = date(int(row["year"]), 1, 1) if row.get("year") else None
            found[pmid] = Article(
                pmid, row["title"], sections, _spread(pmid), published=published, mesh=row.get("mesh") or []
            )
    return list(found.values())


def _spread(pmid: str) -> date:
    """A date of creation that grows with the PMID: the real one is not in the files."""
    return date(1975, 1, 1) + timedelta(days=int(pmid) // 2200)
