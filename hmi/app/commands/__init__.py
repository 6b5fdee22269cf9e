"""The subcommands of ``twinpane``, one module each; a module exposes ``command``."""
