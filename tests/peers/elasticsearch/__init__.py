"""A real Elasticsearch server for tests: `run` starts one, `server` is its handle in Python."""
