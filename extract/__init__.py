"""Text in, findings out: no network, no database, no review-specific rule."""
