"""Workflows of Twilio's TaskRouter, from its documentation: filters that send tasks to queues."""
