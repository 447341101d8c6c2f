"""The tree of routes of Prometheus' Alertmanager, from its documentation.

An alert goes down the tree to the last route that takes it; labels that aren't there are empty.
"""
