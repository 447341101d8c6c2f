"""What everything that Turnout raises on purpose has in common."""


class Error(Exception):
    """Something can't be done; nothing is wrong with Turnout itself.

    message: what is wrong, in one sentence that names the file or the thing. help: what to
    do about it, or "".
    """

    def __init__(self, message: str, help: str = "") -> None:
        # Both stand among the arguments, so that the error survives pickling.
        super().__init__(message, help)
        self.message = message
        self.help = help
        if (
            help
        ):  # so that a traceback has it, too, wherever one is shown: a worker of Spark, a notebook
            self.add_note(f"help: {help}")

    def __str__(self) -> str:
        """Return the message alone."""
        return self.message


class ExtraError(Error):
    """What was asked for needs an extra that isn't installed; the help names it."""
