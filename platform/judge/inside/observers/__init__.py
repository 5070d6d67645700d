"""Those who watch a cluster from outside: logs on disk, leadership."""
