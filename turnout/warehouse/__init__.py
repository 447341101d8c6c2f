"""A plan as SQL, for a warehouse in which the leads are.

`dialects` says what each engine's SQL can say, `syntax` and `column_tests` make expressions of
what a plan asks, `view` puts them together; nothing of SQL is written but as an expression
that sqlglot prints, so that every literal is quoted by it.
"""
