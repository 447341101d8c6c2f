"""The command line, what it prints and writes, and `import turnout`."""
