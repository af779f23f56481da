"""What tests stand on: a database server, databases cloned from a template, a browser."""
