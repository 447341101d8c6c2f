"""A policy on disk: its configuration, which files it is, its versions in git."""

from turnout.errors import Error


class ProjectError(Error):
    """There is no such file, folder or revision, or it can't be used as one."""
