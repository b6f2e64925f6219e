"""One folder a review: its question, its claims and its bundled records."""
