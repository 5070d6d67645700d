# One image for web, worker and tend. Debian's own Python, because a learner's program runs on
# /usr/bin/python3; what the sandboxes are made of comes from Debian too.
FROM debian:bookworm-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv bubblewrap iproute2 nftables \
    util-linux libseccomp2 ca-certificates \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/faultline
COPY requirements.lock ./
RUN python3 -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock

COPY . .
# Kafka, its archive and the learners' Python are part of the image: nothing is fetched at run time.
ENV FAULTLINE_DATA=/var/lib/faultline PYTHONUNBUFFERED=1
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && .venv/bin/python -P -m launcher setup --image \
 && useradd --uid 10001 --no-create-home --home-dir /nonexistent faultline \
 && chown -R 10001:10001 /var/lib/faultline/histories /var/lib/faultline/run

# Never root: with unmasked system paths root in a container could write kernel settings of the host.
USER 10001:10001
EXPOSE 8000
CMD [".venv/bin/python", "-m", "uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "3", "--no-server-header"]
