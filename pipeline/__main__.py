"""`python -m pipeline` is `retally`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
