"""`python -m sapa` is the same program as the `sapa` command."""

from sapa.pipeline.cli import main

if __name__ == "__main__":
    main()
