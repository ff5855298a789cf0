# Easel in a container. Build it with `docker build -t easel .`; compose.yaml runs it with PostgreSQL and MinIO.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/easel/.venv/bin:$PATH
WORKDIR /easel
RUN python -m venv .venv
# What changes rarely comes first: an edit of Easel's own code then rebuilds two small layers.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY core core
COPY storage storage
RUN pip install --no-deps --no-build-isolation -e . && python -m compileall -q bot core storage

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin easel && install -d -o easel -g easel -m 700 /data
COPY --from=build /easel /easel
ENV PATH=/easel/.venv/bin:$PATH HOME=/data EASEL_DATA_DIR=/data EASEL_LOG_FORMAT=json PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
USER easel
VOLUME /data
EXPOSE 8080
# Python is there anyway, so nothing else is installed to ask. No tini: Easel takes SIGTERM itself and reaps its children.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as ask; ask.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\") or 8080}/healthz', timeout=4)"]
CMD ["easel", "run", "--host", "0.0.0.0"]
