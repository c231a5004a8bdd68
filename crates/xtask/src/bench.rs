//! How fast is it? Runs the programs that measure, all or one by name; each prints the raw limit beside its figures.

use crate::process;
use anyhow::{Result, ensure};

/// A program that measures: its name here, its package, its example.
struct Bench {
    name: &'static str,
    package: &'static str,
    example: &'static str,
}

const BENCHES: [Bench; 5] = [
    Bench { name: "ledger", package: "edgecoder-ledger", example: "speed" },
    Bench { name: "append", package: "edgecoder-store", example: "append_speed" },
    Bench { name: "queue", package: "edgecoder-projections", example: "queue_cost" },
    Bench { name: "rebuild", package: "edgecoder-projections", example: "rebuild_speed" },
    Bench { name: "sandbox", package: "edgecoder-sandbox", example: "figures" },
];

/// Runs benches one after the other, so that they do not disturb each other.
pub fn run(name: Option<&str>) -> Result<bool> {
    let known: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
    let chosen: Vec<_> = BENCHES.iter().filter(|bench| name.is_none_or(|name| name == bench.name)).collect();
    ensure!(!chosen.is_empty(), "no such bench; there are: {}", known.join(", "));
    let mut all_well = true;
    for bench in chosen {
        println!("== {}", bench.name);
        let words = ["run", "--quiet", "--release", "--package", bench.package, "--example", bench.example];
        all_well &= process::run(process::cargo().args(words))?.success();
    }
    Ok(all_well)
}
