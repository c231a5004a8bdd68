//! `POST /register`: a machine brings its keys and says what it can do.

use super::check_models;
use crate::{Coordinator, presence::HEARTBEAT_INTERVAL_MS};
use axum::extract::State;
use edgecoder_domain::agent::{AgentCommand, RegisterAgent};
use edgecoder_events::{
    AgentId, Author, PublicKey,
    agent::{Capabilities, KeysStatement},
};
use edgecoder_identity::verify_text;
use edgecoder_service_kit::{
    callers::SignedRegistration,
    http::{Json, Problem},
};
use edgecoder_wire::{
    agents::{Register, Registered},
    problem::ProblemDetails,
};

/// The most bytes of a registration: of a machine that is new, the body is taken in before anything is proven.
pub const MAX_BYTES: usize = 16 * 1024;
const MAX_CONCURRENT_TASKS: u16 = 64;
const MAX_TEXT_CHARS: usize = 64;

/// Registers a machine: signed by the key that it brings, or by the registered one where keys are replaced.
#[utoipa::path(
    post,
    path = "/register",
    operation_id = "register_agent",
    tag = "agents",
    security(("agent" = [])),
    request_body = Register,
    responses(
        (status = 200, body = Registered, description = "registered"),
        (status = 413, body = ProblemDetails, description = "body_too_large: at most 16 KiB"),
        (status = 401, body = ProblemDetails, description = "the signature does not hold"),
        (status = 403, body = ProblemDetails,
            description = "not enrolled, not approved, blacklisted, or a wrong token"),
    ),
)]
pub async fn register(
    State(coordinator): State<Coordinator>,
    signed: SignedRegistration<Register>,
) -> Result<Json<Registered>, Problem> {
    let (id, body) = (signed.agent, signed.body);
    check(&body)?;
    let author = author_of_keys(&id, signed.author.key, &body)?;
    let wanted = RegisterAgent {
        signing_key: body.signing_key,
        envelope_key: body.envelope_key,
        mode: body.mode,
        capabilities: capabilities(body),
        proven_key: author.key,
    };
    coordinator.own_command(&id, AgentCommand::Register(Box::new(wanted)), Some(author)).await?;
    coordinator.mark_online(&id).await?;
    Ok(Json(Registered {
        accepted: true,
        heartbeat_interval_ms: HEARTBEAT_INTERVAL_MS,
        coordinator_envelope_key: coordinator.keys.envelope_key(),
        power_policy: coordinator.power_policy(&id),
    }))
}

/// Who signed the request signed the keys in it, too, in words that the log keeps.
fn author_of_keys(agent: &AgentId, key: PublicKey, body: &Register) -> Result<Author, Problem> {
    let &Register { signing_key, envelope_key, keys_signature: signature, .. } = body;
    let statement = KeysStatement { agent, signing_key, envelope_key }.to_string();
    verify_text(&key, statement.as_bytes(), &signature).map_err(|_| {
        Problem::bad_field("keysSignature", "expected a signature over the keys by the key that signs the request")
    })?;
    Ok(Author { key, signature })
}

fn check(body: &Register) -> Result<(), Problem> {
    for (field, text) in [("os", &body.os), ("version", &body.version), ("clientType", &body.client_type)] {
        if text.is_empty() || text.chars().count() > MAX_TEXT_CHARS || text.chars().any(char::is_control) {
            return Err(Problem::bad_field(field, format!("expected 1 to {MAX_TEXT_CHARS} characters")));
        }
    }
    if body.max_concurrent_tasks == 0 || body.max_concurrent_tasks > MAX_CONCURRENT_TASKS {
        return Err(Problem::bad_field("maxConcurrentTasks", format!("expected 1 to {MAX_CONCURRENT_TASKS}")));
    }
    if body.languages.is_empty() || body.languages.len() > 2 {
        return Err(Problem::bad_field("languages", "expected python, javascript or both"));
    }
    check_models(&body.models)
}

fn capabilities(body: Register) -> Capabilities {
    let Register { os, version, client_type, max_concurrent_tasks, sandbox_mode, languages, models, .. } = body;
    Capabilities { os, version, client_type, max_concurrent_tasks, sandbox: sandbox_mode, languages, models }
}
