# What can be done here; `just` alone lists it. CI does the same with .ci/run.

set shell := ["bash", "-euo", "pipefail", "-c"]

nightly := "cargo +nightly"

_list:
    @just --list --unsorted

# two sample schools on a stand-in Microsoft
demo *args:
    cargo run --release --locked -- demo {{ args }}

# what CI asks: everything, about an hour
check:
    .ci/run

# all tests; arguments go to `cargo test`
test *args:
    scripts/test {{ args }}

# the rules of the tree: edges, map, limits, names
tidy:
    cargo test --locked --package licensetool --test tidy

# measure against the budgets, as ratios in one run
bench *args:
    cargo bench --locked --package licensetool --bench bench -- {{ args }}

# format all Rust code
fmt:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml

# Clippy, documentation, scripts
lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items
    scripts/lint

# licences, bans, sources; advisories need the network
deny:
    scripts/check-dependencies advisories bans licenses sources

# fuzz one parser for some seconds (needs a nightly toolchain and cargo-fuzz)
fuzz target seconds="60":
    mkdir -p fuzz/corpus/{{ target }}
    {{ nightly }} fuzz run {{ target }} fuzz/corpus/{{ target }} fuzz/seeds/{{ target }} -- -max_total_time={{ seconds }}

# Microsoft's own clients against the simulator
clients:
    scripts/check-clients

# a real Chromium through the pages; named files of scripts/browser alone
browser *tests:
    scripts/check-browser {{ tests }}

# schemathesis on the API, as nobody, reader and operator
schemathesis:
    scripts/check-schemathesis

# kubeseal opens what we seal, and we open what it seals
kubeseal:
    scripts/check-kubeseal

# Prometheus' rules and what the dashboard asks
observability:
    scripts/check-observability

# manifests, workflows, recipes of images
manifests:
    scripts/check-manifests

# what clusters get from Git, built anew into infra/k8s/rendered
render:
    scripts/render

# start the demo as a newcomer does, and ask it
smoke:
    scripts/check-demo

# what is generated from code, written anew: docs/configuration.md and docs/openapi.json
generate:
    cargo run --quiet --locked -- config reference > docs/configuration.md.new
    mv docs/configuration.md.new docs/configuration.md
    cargo run --quiet --locked -- openapi > docs/openapi.json.new
    mv docs/openapi.json.new docs/openapi.json

# the pictures of README and guide, taken anew
pictures:
    scripts/pictures

# the program for the image: small, fast, slow to build
dist:
    cargo build --profile dist --locked
