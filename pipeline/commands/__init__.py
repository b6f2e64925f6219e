"""The commands of `retally`, one a module. Each imports what it needs when it is called, so that `--help` is quick."""
