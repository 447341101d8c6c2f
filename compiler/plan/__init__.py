"""The plan of a route: all that is needed to decide a lead, as one value.

`value` says what a plan is, `decide` finds a lead's clause by it, `writing` and `reading`
are its JSON form; these know nothing of the compiler. `build` makes a plan of a program.
"""
