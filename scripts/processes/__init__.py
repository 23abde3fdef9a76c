"""docker-compose.yml's services as plain processes of this machine: `scripts/stack up`.

The same commands, users, environment, secrets and health checks, on a real PostgreSQL, Redis and
Elasticsearch. What a container is given by its engine is translated: paths by the mounts that the
file names, hosts and ports by a table (places), users by setpriv (users). Images of others become
the servers installed here (stores).
"""
