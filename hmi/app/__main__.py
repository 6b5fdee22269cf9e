"""``python -m hmi.app`` is ``twinpane``, also where no script is installed."""

from hmi.app.cli import main

if __name__ == "__main__":
    main()
