//! What does the machine give without the product?

use crate::{all_ask, connection::Outcome, connections};
use axum::{Router, body::Bytes, routing::post};
use edgecoder_identity::{NodeKeys, verify_text};
use edgecoder_service_kit::chance;
use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

const LASTS: Duration = Duration::from_millis(500);

pub fn syncs_per_second(dir: &Path) -> Outcome<f64> {
    let mut file = File::create(dir.join("probe"))?;
    let mut written = 0_u32;
    let begun = Instant::now();
    while begun.elapsed() < LASTS {
        file.write_all(&[0; 512])?;
        file.sync_data()?;
        written += 1;
    }
    Ok(f64::from(written) / begun.elapsed().as_secs_f64())
}

pub fn verifies_per_second() -> f64 {
    let keys = NodeKeys::generate(&mut chance::system());
    let text = [b'x'; 200];
    let (key, signature) = (keys.signing_key(), keys.sign(&text));
    let mut checked = 0_u32;
    let begun = Instant::now();
    while begun.elapsed() < LASTS {
        verify_text(&key, &text, &signature).expect("it was signed so");
        checked += 1;
    }
    f64::from(checked) / begun.elapsed().as_secs_f64()
}

pub async fn echoes_per_second(body: &[u8]) -> Outcome<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/echo", post(|body: Bytes| async { body }));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let rate = all_ask(connections(address).await?, |mut connection, end| {
        let body = body.to_vec();
        async move {
            let mut answered = 0;
            while Instant::now() < end {
                connection.post("/echo", &[], body.clone()).await?;
                answered += 1;
            }
            Ok(answered)
        }
    })
    .await?;
    server.abort();
    Ok(rate)
}
