"""How a file, a revision or a policy on disk can't be had."""

from turnout.errors import Error


class ProjectError(Error):
    """There is no such file, folder or revision, or it can't be used as one."""
