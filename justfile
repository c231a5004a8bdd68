# Everything that is done here has one name. `just` alone lists them.

edgecoder := "cargo run --release --package edgecoder --"

_list:
    @just --list --unsorted

# the whole pool on this machine
run *ARGS:
    {{ edgecoder }} run --mode all-in-one {{ ARGS }}

# takes tasks, hands them to workers
run-coordinator *ARGS:
    {{ edgecoder }} run --mode coordinator {{ ARGS }}

# does the work
run-worker *ARGS:
    {{ edgecoder }} run --mode worker {{ ARGS }}

# breaks tasks into subtasks
run-inference *ARGS:
    {{ edgecoder }} run --mode inference {{ ARGS }}

# what operators steer with
run-control-plane *ARGS:
    {{ edgecoder }} run --mode control-plane {{ ARGS }}

# the pages that people use
run-portal *ARGS:
    {{ edgecoder }} run --mode portal {{ ARGS }}

# dates the log by Bitcoin, and has the wallet that pays for it
run-anchor *ARGS:
    {{ edgecoder }} run --mode anchor {{ ARGS }}

# computes every projection anew from the log
rebuild-projections *ARGS:
    {{ edgecoder }} ledger rebuild-projections {{ ARGS }}

# proves a ledger, trusting nobody: `just audit verify`
audit *ARGS:
    {{ edgecoder }} audit {{ ARGS }}

# format, clippy, floors; deny and machete where they are installed
check:
    cargo xtask check

# every suite, or one: `just test system`
test SUITE="":
    cargo xtask test {{ if SUITE == "" { "" } else { "--only " + SUITE } }}

# the tests that need PostgreSQL, which is found, or installed, and started for them
test-pg:
    cargo xtask test --only postgres

# the pages, in a real browser
browser:
    cargo xtask test --only browser

# all benches, or one
bench NAME="":
    cargo xtask bench {{ NAME }}

# a Bitcoin of our own, a pool that it dates, and a block every few seconds, until Ctrl-C
devnet:
    cargo xtask devnet

# writes every file as rustfmt has it
fmt:
    cargo fmt --all

# the documentation of the crates
docs:
    cargo doc --release --workspace --no-deps --open
