"""`python -m searchidx`: the command, where its script is not on the PATH."""

from searchidx.cli import main

if __name__ == "__main__":  # a process that the command starts may load this again
    main()
