//! The pages that people use: sign up, submit, watch, read the wallet.
//!
//! One request on its way: `callers.rs` knows who asks, `forms.rs` that a form is ours, a handler in `http/` asks the
//! projections or runs a command, a template in `templates/` becomes the answer. What is personal is sealed with the key
//! of its account; passwords, sessions and mailed links are kept beside the log as hashes (`people/`). Everything that a
//! person sees is looked up by the account that is theirs.

mod callers;
mod chart;
mod cookies;
mod document;
mod forms;
mod freshness;
mod highlight;
mod http;
mod mail;
mod markup;
mod page;
mod people;
mod providers;
mod shown;
mod text;
mod theme;

pub use http::{away_page, description, router};
pub use mail::{MailApi, MailApiError, MailWay, Smtp, SmtpError};
pub use providers::{ProviderSettings, ProviderSettingsError};

use callers::Visitor;
use cookies::Cookies;
use edgecoder_events::{AccountId, AgentId, MicroCredits, UnixMillis};
use edgecoder_identity::Network;
use edgecoder_openid::SIGN_IN_MS;
use edgecoder_passkeys::{CEREMONY_MS, LogIn, SiteError};
use edgecoder_projections::Projections;
use edgecoder_service_kit::{
    callers::TokenBook,
    commands::{Commands, Subject},
    contents::{ContentError, Contents},
    escalations::Escalations,
    http::{Metrics, Problem},
    reviews::Reviews,
    searches::Searches,
    seats::Seats,
    submissions::Submissions,
};
use edgecoder_store::StorageError;
use edgecoder_wire::{agents::DiagnosticLine, power::RestReason, runtime::LanguageInPreparation};
use http::Registering;
use mail::{Mailbox, Postman};
use people::{
    address::Marker,
    ceremonies::Ceremonies,
    identities::Identities,
    links::Links,
    passkey_site::{PasskeySite, Place},
    passkeys::Passkeys,
    passwords::Passwords,
    profile::Profile,
    sessions::Sessions,
    throttle::Throttle,
};
use providers::{Away, KnownProvider};
use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What a machine wrote into its diary lately, the newest line first. The coordinator of this process has it in memory.
pub type Diaries = Arc<dyn Fn(&AgentId) -> Vec<DiagnosticLine> + Send + Sync>;

/// Why a machine that is there asks for no work, where it said so. The coordinator of this process has it in memory.
pub type Resting = Arc<dyn Fn(&AgentId) -> Option<RestReason> + Send + Sync>;

/// What machines prepare before they take work in it. The coordinator of this process has it in memory.
pub type InPreparation = Arc<dyn Fn() -> Vec<LanguageInPreparation> + Send + Sync>;

/// The portal's state. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Parts>);

/// What a portal is made of.
pub struct Parts {
    commands: Commands,
    projections: Arc<Projections>,
    contents: Contents,
    submissions: Submissions,
    diaries: Diaries,
    resting: Resting,
    in_preparation: InPreparation,
    reviews: Reviews,
    escalations: Escalations,
    metrics: Metrics,
    marker: Marker,
    passwords: Passwords,
    sessions: Sessions,
    links: Links,
    /// Of machines that people enrol.
    node_tokens: TokenBook,
    passkeys: Passkeys,
    /// Where passkeys work, or why nowhere.
    passkey_site: Result<PasskeySite, SiteError>,
    identities: Identities,
    providers: Vec<KnownProvider>,
    away: Ceremonies<Away>,
    registering: Ceremonies<Registering>,
    logging_in: Ceremonies<LogIn>,
    /// Who adds a way to sign in or takes a mail address; one at a time, so that none gets two owners.
    ways: tokio::sync::Mutex<()>,
    throttle: Throttle,
    mailbox: Mailbox,
    postman: Mutex<Option<Postman>>,
    /// Of people who watch tasks.
    watching: Seats,
    /// Pages that only watch hear of the end, and connect again to whoever comes next.
    stopping: CancellationToken,
    /// Of people in their own tasks.
    searches: Searches,
    cookies: Cookies,
    trusted_proxies: Vec<Network>,
    public_url: String,
    audit_url: String,
    welcome_gift: Option<MicroCredits>,
}

/// Why no portal could be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Provider(#[from] ProviderSettingsError),
}

/// What a portal is begun with.
pub struct Settings {
    pub commands: Commands,
    pub projections: Arc<Projections>,
    /// Takes tasks in, here and in the coordinator.
    pub submissions: Submissions,
    /// For operators.
    pub diaries: Diaries,
    pub resting: Resting,
    /// For those who wait.
    pub in_preparation: InPreparation,
    pub metrics: Metrics,
    pub mail: MailWay,
    /// Where people may sign in, too.
    pub providers: Vec<ProviderSettings>,
    /// Proxies whose `x-forwarded-for` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Where browsers find the portal: links in mails begin so.
    pub public_url: String,
    /// Where browsers find the coordinator, which proves entries of the log.
    pub audit_url: String,
    /// What somebody who signs up gets for nothing: in development only.
    pub welcome_gift: Option<MicroCredits>,
}

impl axum::extract::FromRef<Portal> for Metrics {
    fn from_ref(portal: &Portal) -> Self {
        portal.metrics.clone()
    }
}

impl Deref for Portal {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Portal {
    /// Joins the parts. Nothing runs yet.
    ///
    /// # Errors
    /// Where the key of mail addresses can not be read or made, or a provider can not be used.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let store = settings.commands.store().clone();
        let secrets = store.secrets();
        let (mailbox, postman) = mail::open(settings.mail);
        let trimmed = |url: String| url.trim_end_matches('/').to_owned();
        let public_url = trimmed(settings.public_url);
        Ok(Self(Arc::new(Parts {
            contents: Contents::new(store),
            reviews: Reviews::new(settings.commands.clone()),
            escalations: Escalations::new(settings.commands.clone()),
            commands: settings.commands,
            projections: settings.projections,
            submissions: settings.submissions,
            diaries: settings.diaries,
            resting: settings.resting,
            in_preparation: settings.in_preparation,
            metrics: settings.metrics,
            marker: Marker::open(&secrets).await?,
            passwords: Passwords::new(secrets.clone()),
            sessions: Sessions::new(secrets.clone()),
            node_tokens: TokenBook::new(secrets.clone()),
            links: Links::new(secrets.clone()),
            passkeys: Passkeys::new(secrets.clone()),
            identities: Identities::new(secrets),
            providers: providers::open(settings.providers, &public_url)?,
            away: Ceremonies::lasting(SIGN_IN_MS),
            passkey_site: PasskeySite::of(&public_url),
            registering: Ceremonies::lasting(CEREMONY_MS),
            logging_in: Ceremonies::lasting(CEREMONY_MS),
            ways: tokio::sync::Mutex::default(),
            throttle: Throttle::default(),
            mailbox,
            postman: Mutex::new(Some(postman)),
            watching: Seats::default(),
            stopping: CancellationToken::new(),
            searches: Searches::default(),
            cookies: Cookies { is_https: public_url.starts_with("https://") },
            trusted_proxies: settings.trusted_proxies,
            public_url,
            audit_url: trimmed(settings.audit_url),
            welcome_gift: settings.welcome_gift,
        })))
    }

    /// Starts to send mails; ends with `stop`, and so does what pages watch.
    pub fn start(&self, tasks: &mut JoinSet<()>, stop: &CancellationToken) {
        let (stop_comes, stopping) = (stop.clone().cancelled_owned(), self.stopping.clone());
        tasks.spawn(async move {
            stop_comes.await;
            stopping.cancel();
        });
        let postman = self.postman.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(postman) = postman {
            tasks.spawn(postman.run(stop.clone()));
        }
    }

    /// Whether whoever has this account steers machines, as of everything that is recorded.
    async fn is_operator(&self, account: &AccountId) -> Result<bool, Problem> {
        let subject = [Subject::Person(account.clone())];
        Ok(self.commands.look(&subject, |view| view.person(account).is_operator()).await?)
    }

    fn now(&self) -> UnixMillis {
        self.commands.clock().now()
    }

    /// Where somebody changes how they sign in.
    fn account_url(&self) -> String {
        format!("{}/account", self.public_url)
    }

    /// What a visitor can do with a passkey.
    fn passkey_place(&self, visitor: &Visitor) -> Place {
        PasskeySite::place(self.passkey_site.as_ref(), &visitor.host)
    }

    /// What is personal about whoever has this account: empty where its key was destroyed, none where nobody has the
    /// account any more.
    async fn profile(&self, account: &AccountId) -> Result<Option<Profile>, Problem> {
        let person = self.projections.people().person(account).await?.filter(|it| it.erased_at.is_none());
        match person {
            Some(person) => match self.contents.open(account, person.profile).await {
                Ok(profile) => Ok(Some(profile)),
                Err(ContentError::Erased | ContentError::Damaged) => Ok(Some(Profile::default())),
                Err(error) => Err(error.into()),
            },
            None => Ok(None),
        }
    }
}
