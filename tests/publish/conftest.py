"""The fixtures of case_files.py, for every test here."""

from case_files import archive, exported, folder, made  # noqa: F401
