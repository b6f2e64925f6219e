"""Tables in; estimates, comparisons, figures and pages out. No network, no database."""
