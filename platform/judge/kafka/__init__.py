"""The pinned Kafka release: fetched, checked, configured and made quick to start.

Everything here runs outside of the sandbox, at install time or before a sandbox is spawned:

    release    which Kafka, which jars, by coordinate and SHA-256
    jars       fetches them, and refuses a missing, changed or additional one by its name
    runtime    the Java runtime and the flags that suit a small machine
    archive    the class archive that halves the start, made once from a real cluster
    storage    what Kafka's formatter would write, written directly
    settings   broker properties for a small machine
    shape      how many brokers, how much disk, which settings differ
    installed  where all of it lies, as the sandbox needs to know it
    install    the one call that does what is still to be done
"""
