# One image for every service (docker-compose.yml says which): docker compose build
#
# Where packages come from is pip's own business: --build-arg PIP_INDEX_URL=…

ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
ARG PIP_INDEX_URL
ARG PIP_TRUSTED_HOST
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/yuqing
# What others wrote changes seldom, and only by its hashes.
COPY requirements.lock /build/
RUN /opt/yuqing/bin/pip install --require-hashes --requirement /build/requirements.lock
COPY pyproject.toml README.md LICENSE /build/
COPY config /build/config
COPY demo /build/demo
COPY monitor /build/monitor
COPY tasks /build/tasks
RUN /opt/yuqing/bin/pip install --no-deps /build

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="yuqing" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 yuqing \
 && useradd --uid 10001 --gid yuqing --no-create-home --home-dir /tmp --shell /usr/sbin/nologin yuqing \
 && install --directory --owner=yuqing --group=yuqing --mode=0700 /data
COPY --from=build /opt/yuqing /opt/yuqing
# `yuqing service` adds what each service wants; these hold for every command. Nothing but /data
# and /tmp is ever written.
ENV PATH=/opt/yuqing/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    MPLCONFIGDIR=/tmp/matplotlib \
    YUQING_DATA=/data
USER 10001:10001
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["python", "-m", "monitor.stack.vital"]
CMD ["yuqing", "--help"]
