"""What can go wrong, said in one line: what was expected, what was found, what to do next."""


class DalilError(Exception):
    """Base of every error that dalil raises on purpose; its text is one clear line for a person."""

    exit_status = 2


class ArchiveMissing(DalilError):
    """No archive stands where one was expected."""


class ArchiveBusy(DalilError):
    """Another process holds the archive for writing."""


class ArchiveOutdated(DalilError):
    """What was derived in the archive is of another version of dalil and has to be derived again."""


class CustodyBroken(DalilError):
    """The stored bytes, the log or a checkpoint contradict each other."""

    exit_status = 1


class InputRefused(DalilError):
    """One input could not be taken or read; the others go on.

    `where` names the input (a path, a line), `what` says what was found, `remedy` what a person can do.
    """

    exit_status = 1

    def __init__(self, where: str, what: str, remedy: str = ""):
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(one_line(f"{where}: {what}" + (f". {remedy}" if remedy else "")))


def one_line(text: str) -> str:
    """`text` with every control and bidirectional character shown as an escape, so that it stays one honest line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
