"""Decision tables of DMN (Decision Model and Notation), versions 1.1 to 1.5.

Written from the specification of the Object Management Group: hit policies unique, first,
any and priority; unary tests of the plain kind. What else FEEL can say is told and
stands for a field.
"""
