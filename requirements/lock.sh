#!/bin/sh
# Rewrites the locked requirement files: hashes on, no index address in them. Run by `make lock`.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links "$@"
}
lock pyproject.toml -o requirements/runtime.txt
lock pyproject.toml --extra dev -c requirements/runtime.txt -o requirements/dev.txt
lock requirements/build.in -c requirements/dev.txt -o requirements/build.txt
lock requirements/model.in -o requirements/model.txt
lock requirements/model-fallback.in -o requirements/model-fallback.txt
lock requirements/node.in -o requirements/node.txt
