//! A node with a chain, a filled wallet, and the service on a port of its own.

use edgecoder_anchor_service::{AnchorService, Settings, router};
use edgecoder_anchoring::{
    Network,
    anchor::{AnchorDesk, AnchorPolicy},
    chain::{Chain, NodeRpc, SatPerVbyte},
    headers::KnownBlock,
};
use edgecoder_events::UnixMillis;
use edgecoder_identity::{Token, TokenRole};
use edgecoder_service_kit::{
    callers::{AccessSettings, ServiceTokens},
    http::{Metrics, serve},
};
use edgecoder_testkit::{Btcd, Heard, SetClock, hear};
use edgecoder_wire::anchors::Carried;
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{Client, Method, StatusCode};
use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Segwit is active from height 432 on, and what was mined can be spent 100 blocks later.
const FIRST_BLOCKS: u32 = 450;
const NOON: UnixMillis = UnixMillis(1_700_000_000_000);
pub const DAILY_CAP_SAT: u64 = 100_000;
const POLICY: AnchorPolicy = AnchorPolicy {
    target_blocks: 6,
    unknown_rate: SatPerVbyte(2),
    highest_rate: SatPerVbyte(100),
    daily_cap_sat: DAILY_CAP_SAT,
    patience_ms: 60_000,
};

/// A node, and the folder with the wallet that its blocks have filled.
pub struct House {
    pub btcd: Btcd,
    pub folder: TempDir,
}

/// The service while it runs.
pub struct Running {
    base: String,
    client: Client,
    operator: Token,
    own: Token,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

#[expect(clippy::disallowed_methods, reason = "the node lives outside the repository")]
fn btcd() -> Option<PathBuf> {
    let found = std::env::var("EDGECODER_TEST_BTCD").ok();
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "set EDGECODER_TEST_BTCD");
        println!("skipped: EDGECODER_TEST_BTCD names nothing");
    }
    found.map(PathBuf::from)
}

impl House {
    /// Nothing, said aloud, where no btcd is.
    pub async fn with_a_node() -> Option<Self> {
        let program = btcd()?;
        let folder = tempfile::tempdir().unwrap();
        let address = Self::desk(&folder).wallet().address().unwrap();
        let btcd = Btcd::start(&program, &address).await.unwrap();
        btcd.mine(FIRST_BLOCKS).await.unwrap();
        Some(Self { btcd, folder })
    }

    pub fn desk(folder: &TempDir) -> AnchorDesk {
        let birthday = KnownBlock { height: 0, hash: Network::Regtest.genesis_hash() };
        let rng = &mut StdRng::seed_from_u64(1);
        AnchorDesk::open(folder.path(), Network::Regtest, POLICY, birthday, rng).unwrap()
    }

    pub async fn open(&self) -> Running {
        let user = format!("http://{}:{}@", Btcd::USER, Btcd::PASSWORD);
        let node = NodeRpc::at(self.btcd.url().replace("http://", &user).parse().unwrap(), None).unwrap();
        Running::of(&self.folder, Arc::new(node)).await
    }
}

impl Running {
    /// The service with the wallet of a folder, and this view of the chain.
    pub async fn of(folder: &TempDir, chain: Arc<dyn Chain>) -> Self {
        let mut rng = StdRng::seed_from_u64(2);
        let operator = Token::generate(TokenRole::Operator, &mut rng);
        let own = Token::generate(TokenRole::Service, &mut rng);
        let tokens = ServiceTokens::new(AccessSettings {
            operator: operator.hash(),
            service: own.hash(),
            operator_networks: vec![],
            trusted_proxies: vec![],
        });
        let service = AnchorService::new(Settings {
            desk: House::desk(folder),
            chain,
            clock: Arc::new(SetClock::at(NOON)),
            look_every: Duration::from_millis(50),
            network: Network::Regtest,
            daily_cap_sat: DAILY_CAP_SAT,
            tokens,
            metrics: Metrics::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        service.start(&mut tasks, &stop);
        tasks.spawn(serve(listener, router(service), stop.clone()));
        Self { base, client: edgecoder_outbound::direct().build().unwrap(), operator, own, stop, tasks }
    }

    pub async fn ask(&self, method: Method, token: &Token, path: &str) -> Heard {
        hear(self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token.expose())).await
    }

    pub fn own(&self) -> &Token {
        &self.own
    }

    pub fn operator(&self) -> &Token {
        &self.operator
    }

    /// Wants it carried; how far it is.
    pub async fn wanted(&self, checkpoint: &str) -> Carried {
        let heard = self.ask(Method::PUT, &self.own, &format!("/anchors/{checkpoint}")).await;
        assert_eq!(heard.status, StatusCode::OK, "{heard:?}");
        serde_json::from_value(heard.body).unwrap()
    }

    /// Asks until it has come so far; every answer waits for the desk, which looks at the chain in between.
    pub async fn carried(&self, checkpoint: &str, far_enough: impl Fn(&Carried) -> bool) -> Carried {
        loop {
            let carried = self.wanted(checkpoint).await;
            if far_enough(&carried) {
                return carried;
            }
        }
    }

    /// Ends it and lets go of the wallet.
    pub async fn end(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}
