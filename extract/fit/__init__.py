"""Fitting of the reader's small deciders on annotated abstracts. Not needed to run Retally, only to retrain it."""
