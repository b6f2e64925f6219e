"""Beliefs and groups of the training abstracts as a network gives them that has not seen the abstract.

The network that ships learns whose a figure is from candidates as it will meet them: believed, sized and remembered by
itself. So the abstracts are read first by networks trained on the others.
"""

from __future__ import annotations

from extract.assigning import Assigning
from extract.fit.pages import Page
from extract.network import Network
from extract.sequence import sequence


def believe(page: Page, network: Network) -> dict[int, str]:
    """Fill the beliefs and the groups of a page from a network; returns the group that it gives each figure."""
    offset: dict[int, int] = {}
    count = 0
    for s, plan in page.plans.items():
        offset[s] = count
        count += len(plan.phrases)
    if not count:
        return {}
    kinds = {i: kind for i, kind, _ in page.groups}
    reading = network.read(sequence(page.reader, network.words))
    read = Assigning(page.reader, page.plans, reading, offset, kinds)
    read.assign()
    page.beliefs, page.found = read.beliefs, read.whose.groups
    return read.labels
