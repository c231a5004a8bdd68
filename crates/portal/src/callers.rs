//! Who asks? A browser, in which somebody is logged in or nobody. Holding a [`Person`] proves that somebody is.

use crate::{
    Portal,
    cookies::Cookie,
    people::{profile::Profile, sessions::Session, throttle::neighbourhood},
    theme::Theme,
};
use axum::{
    extract::FromRequestParts,
    http::{Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use edgecoder_events::{AccountId, Actor};
use edgecoder_identity::{Token, TokenRole};
use edgecoder_service_kit::{callers::client_address, chance, http::Problem};

const FORM_CONTEXT: &str = "edgecoder portal form token v1";
const MAX_DEVICE_CHARS: usize = 300;

/// A browser.
pub struct Visitor {
    pub theme: Theme,
    /// What its address is counted by.
    pub neighbourhood: String,
    /// What it calls itself.
    pub device: String,
    /// The host and port by which it came.
    pub host: String,
    /// Where it is: path and query.
    pub place: String,
    /// Of its session, else of its visit.
    token: Token,
    /// Whether the token was drawn for this answer.
    pub is_new: bool,
    session: Option<Session>,
}

/// A browser in which somebody is logged in.
pub struct Person {
    pub visitor: Visitor,
    pub session: Session,
    pub profile: Profile,
    /// Whether they have the role of an operator.
    pub is_operator: bool,
}

/// Somebody with the role of an operator. To others the operators' pages are not there.
pub struct Operator {
    pub person: Person,
}

/// A visitor or a person, for forms.
pub trait Caller: FromRequestParts<Portal, Rejection = Response> + Send {
    /// The browser.
    fn visitor(&self) -> &Visitor;
}

impl Caller for Visitor {
    fn visitor(&self) -> &Visitor {
        self
    }
}

impl Caller for Person {
    fn visitor(&self) -> &Visitor {
        &self.visitor
    }
}

impl Visitor {
    async fn of(parts: &Parts, portal: &Portal) -> Result<Self, Problem> {
        let (headers, cookies) = (&parts.headers, portal.cookies);
        let (mut session, mut token) = (None, None);
        if let Some(brought) = cookies.token(headers, Cookie::Session, TokenRole::Session) {
            session = portal.sessions.find(&brought.hash(), portal.now()).await?;
            token = session.is_some().then_some(brought);
        }
        let token = token.or_else(|| cookies.token(headers, Cookie::Visit, TokenRole::Visit));
        let is_new = token.is_none();
        let text =
            |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            theme: cookies.read(headers, Cookie::Theme).and_then(Theme::of_name).unwrap_or_default(),
            neighbourhood: neighbourhood(client_address(parts, &portal.trusted_proxies)),
            device: text(header::USER_AGENT).chars().take(MAX_DEVICE_CHARS).collect(),
            host: text(header::HOST).to_owned(),
            place: parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned(),
            token: token.unwrap_or_else(|| Token::generate(TokenRole::Visit, &mut chance::system())),
            is_new,
            session,
        })
    }

    /// Whether somebody is logged in.
    pub fn is_logged_in(&self) -> bool {
        self.session.is_some()
    }

    /// What its forms carry: nobody else can make it, and it is worth nothing elsewhere.
    pub fn form_token(&self) -> String {
        hex::encode(blake3::derive_key(FORM_CONTEXT, self.token.expose().as_bytes()))
    }

    /// What the browser is told to keep, where it has nothing yet.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// The session, where somebody is logged in.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }
}

impl Person {
    /// The account that is theirs: all that they see is looked up by it.
    pub fn account(&self) -> &AccountId {
        &self.session.account
    }

    /// How the log names them.
    pub fn actor(&self) -> Actor {
        Actor::account(self.account())
    }
}

impl Operator {
    /// Somebody, where they have the role.
    pub fn of(person: Person) -> Result<Self, Problem> {
        if person.is_operator {
            return Ok(Self { person });
        }
        Err(Problem::not_found("no_such_route", "there is no such page"))
    }
}

impl FromRequestParts<Portal> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        Self::of(parts, portal).await.map_err(IntoResponse::into_response)
    }
}

impl FromRequestParts<Portal> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        let visitor = Visitor::of(parts, portal).await.map_err(IntoResponse::into_response)?;
        let Some(session) = visitor.session.clone() else { return Err(to_log_in(parts, &visitor)) };
        match portal.profile(&session.account).await.map_err(IntoResponse::into_response)? {
            Some(profile) => {
                let is_operator = portal.is_operator(&session.account).await.map_err(IntoResponse::into_response)?;
                Ok(Self { visitor, session, profile, is_operator })
            }
            // They left, perhaps with another browser.
            None => Err(to_log_in(parts, &visitor)),
        }
    }
}

impl FromRequestParts<Portal> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        Self::of(Person::from_request_parts(parts, portal).await?).map_err(IntoResponse::into_response)
    }
}

/// Whoever is not logged in is asked to be, and comes back to where they were.
fn to_log_in(parts: &Parts, visitor: &Visitor) -> Response {
    let then: String = if parts.method == Method::GET {
        url::form_urlencoded::byte_serialize(visitor.place.as_bytes()).collect()
    } else {
        String::new()
    };
    let to = if then.is_empty() { "/log-in".to_owned() } else { format!("/log-in?then={then}") };
    crate::page::go(&to, [])
}
