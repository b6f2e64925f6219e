"""Training of the clinical pipeline: a spaCy project. Nothing here is imported when Retally runs."""
