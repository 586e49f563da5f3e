# SPDX-License-Identifier: Apache-2.0
"""Arrows point down: which file may include which."""

from source import Finding, includes

RANKS = {
    "base": 0,
    "codec": 1,
    "storage": 2,
    "rules": 3,
    "pipeline": 4,
    "sink": 5,
    "capi": 6,
    "adapters": 6,
    "testing": 6,
    "cli": 7,
}

# What a host holds in its hands is made in src/sink/; below it there are only the words. A Table
# is an exception: a batch names the tables it writes to.
HANDLES = ("idem.h", "idempotent_sink.h", "snapshot.h", "store_reader.h")

# A public header brings no one else's header with it, except the one that Result is made of.
PRIVATE_LIBRARIES = ("rocksdb/", "fmt/", "spdlog/", "simdjson", "xxhash", "nlohmann/", "CLI/")


def check(tree):
    for path in tree.code("src/", "include/"):
        for line, include in includes(tree.text(path)):
            message = _problem(path, include[1:-1], quoted=include[0] == '"')
            if message:
                yield Finding(path, line, "layers", message)


def _problem(path, target, quoted):
    if path.startswith("include/"):
        return _public_problem(path, target, quoted)
    if target.startswith("rocksdb/") and not path.startswith("src/storage/rocks/"):
        return "RocksDB is included only under src/storage/rocks/; go through the Store seam"
    own = path.split("/")[1]
    if target.startswith("idem/"):
        if target[len("idem/"):] in HANDLES and RANKS.get(own, 9) < RANKS["sink"]:
            return f"<{target}> is a handle, made in src/sink/; below it use the vocabulary headers"
        return None
    if not quoted:
        return None
    module = target.split("/")[0]
    if "/" not in target:
        return f'write the path from src/, as in "{own}/{target}"'
    if module not in RANKS or own not in RANKS:
        return f'"{target}" names no layer; see RANKS in tests/tidy/layers.py'
    if RANKS[module] > RANKS[own]:
        return (f"{own}/ (rank {RANKS[own]}) includes {module}/ (rank {RANKS[module]}): "
                "arrows point down")
    if module != own and RANKS[module] == RANKS[own]:
        return f"{own}/ and {module}/ have one rank and never include each other"
    return _store_problem(path, target)


def _store_problem(path, target):
    stores = ("storage/memory/", "storage/rocks/")
    mine = next((s for s in stores if path.startswith("src/" + s)), None)
    theirs = next((s for s in stores if target.startswith(s)), None)
    if path.startswith("src/storage/") and theirs and theirs != mine:
        return f"{mine or 'storage/'} includes {theirs}: stores know the seam, not each other"
    return None


def _public_problem(path, target, quoted):
    if quoted:
        return f"a public header includes <idem/...>, not \"{target}\""
    if path.endswith("/spdlog_logger.h") and target.startswith("spdlog/"):
        return None
    if target.startswith(PRIVATE_LIBRARIES):
        return f"<{target}> would become every host's dependency; keep it behind the implementation"
    return None
