"""A policy as a service: leads in and decisions out over HTTP, by whoever may."""
