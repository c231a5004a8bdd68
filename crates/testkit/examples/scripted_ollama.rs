//! Runs a scripted Ollama as a process of its own, for system tests and for people who try the product by hand.

use clap::Parser;
use edgecoder_testkit::{Script, ScriptedOllama};
use std::{error::Error, path::PathBuf};

/// Speaks Ollama's protocol on this machine and answers from a script.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The script, in the form of `scripts/prime_journey.json`, which is used when none is named.
    #[arg(long)]
    script: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let script = match arguments.script {
        Some(path) => Script::from_json(&std::fs::read_to_string(path)?)?,
        None => Script::prime_journey(),
    };
    let server = ScriptedOllama::start_on(arguments.port, script).await?;
    println!("OLLAMA_HOST={}", server.url());
    tokio::signal::ctrl_c().await?;
    server.shutdown().await;
    Ok(())
}
