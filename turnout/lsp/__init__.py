"""The language server: what the checker knows of a policy, in the editor that it is written in.

The texts of an editor lie over the files of the disk (`dsl.files.Files`), so everything
behind reads what is on the screen, saved or not. After an edit a worker reads the policies
that the text belongs to, checks them quickly and then wholly, and whoever edits on stops it
(`following.py`). What an answer is made of are values that the rest of Turnout has anyhow,
findings, references, declarations, in the words of the command line; the modules here only
say them in the protocol's types, and know how it counts columns (`positions.py`).

Nothing else of Turnout imports this room.
"""
