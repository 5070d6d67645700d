"""For tests of the sandbox: programs to jail, stand-ins for brokers, observers on the host."""
