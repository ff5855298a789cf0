"""The kill test: a real server is killed again and again while people use it, and then every trace is audited."""
