//! How fast is it? Runs the programs that measure, all or one by name; each prints the raw limit beside its figures.

use crate::{first_build, postgres, process};
use anyhow::{Result, ensure};

/// A program that measures: its name here, its package, its example.
struct Bench {
    name: &'static str,
    package: &'static str,
    example: &'static str,
    /// Whether it also measures PostgreSQL, where it is told of one.
    postgres: bool,
}

/// What the bench of the product starts. An example is built without the executable of its package.
const PRODUCT: &str = "edgecoder";

const BENCHES: &[Bench] = &[
    Bench { name: "ledger", package: "edgecoder-ledger", example: "speed", postgres: false },
    Bench { name: "audit", package: "edgecoder-auditor", example: "audit_speed", postgres: false },
    Bench { name: "append", package: "edgecoder-store", example: "append_speed", postgres: true },
    Bench { name: "proof", package: "edgecoder-store", example: "proof_speed", postgres: false },
    Bench { name: "queue", package: "edgecoder-projections", example: "queue_cost", postgres: false },
    Bench { name: "rebuild", package: "edgecoder-projections", example: "rebuild_speed", postgres: false },
    Bench { name: "start", package: "edgecoder-projections", example: "start_speed", postgres: false },
    Bench { name: "sandbox", package: "edgecoder-sandbox", example: "figures", postgres: false },
    Bench { name: "http", package: "edgecoder-coordinator", example: "http_load", postgres: false },
    Bench { name: "portal", package: "edgecoder-portal", example: "portal_speed", postgres: false },
    Bench { name: "product", package: PRODUCT, example: "product_speed", postgres: false },
];

/// Says what can be measured.
pub fn help() {
    println!("usage: cargo xtask bench [NAME]\n\nall, one after the other, or one of {}", names());
    println!("only by name, because it builds everything anew: {}", first_build::NAME);
}

fn names() -> String {
    BENCHES.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", ")
}

/// Runs benches one after the other, so that they do not disturb each other. What else is `given` is handed on to one.
pub fn run(name: Option<&str>, given: &[&str]) -> Result<bool> {
    if name == Some(first_build::NAME) {
        return first_build::measure();
    }
    let chosen: Vec<_> = BENCHES.iter().filter(|bench| name.is_none_or(|name| name == bench.name)).collect();
    ensure!(!chosen.is_empty(), "no such bench; there are: {}, {}", names(), first_build::NAME);
    let mut all_well = true;
    for bench in chosen {
        println!("== {}", bench.name);
        all_well &= bench.run(given)?;
    }
    if name.is_none() {
        println!(
            "== {0}\nnot measured with the others, for it takes ten minutes: cargo xtask bench {0}",
            first_build::NAME
        );
    }
    Ok(all_well)
}

impl Bench {
    fn run(&self, given: &[&str]) -> Result<bool> {
        if self.package == PRODUCT {
            let mut build = process::cargo();
            build.args(["build", "--quiet", "--release", "--package", PRODUCT]);
            ensure!(process::run(&mut build)?.success(), "{PRODUCT} does not build");
        }
        let mut cargo = process::cargo();
        cargo.args(["run", "--quiet", "--release", "--package", self.package, "--example", self.example]);
        let server = self.postgres.then(postgres::Server::start).transpose()?;
        if let Some(server) = &server {
            // The disk that the server is on decides.
            cargo.arg("--").arg(std::env::temp_dir()).arg(server.url());
        } else if !given.is_empty() {
            cargo.arg("--").args(given);
        }
        Ok(process::run(&mut cargo)?.success())
    }
}
