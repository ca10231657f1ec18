"""The two ways in which reading can fail."""


class Fault(Exception):
    """The first fault found in the files, by its code of spec/errors.md."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Malformed(ValueError):
    """A text, member or value breaks a rule; the caller knows the code that this has where it stands."""
