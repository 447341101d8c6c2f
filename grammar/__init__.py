"""The syntax of `.route` files: one Lark grammar, in reading order."""
