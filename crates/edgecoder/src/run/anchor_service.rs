//! The service with the wallet, in a process of its own: which chain, how much may it spend, and did somebody say yes?

use super::{
    Ending,
    access::{self, Tokens},
    anchors, banner, listen,
};
use crate::data_dir::DataDir;
use anyhow::{Context, Result, bail, ensure};
use edgecoder_anchor_service::{AnchorService, Settings as ServiceSettings};
use edgecoder_anchoring::{
    Network,
    anchor::{AnchorDesk, AnchorPolicy, yearly_cost_sat},
    chain::{Chain, Esplora, NodeRpc, SatPerVbyte, expect_network},
    headers::KnownBlock,
};
use edgecoder_service_kit::{SystemClock, callers::ServiceTokens, chance, http::Metrics, settings::Settings};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Journal, wallet and keys, in the data directory.
const FOLDER: &str = "anchor";
/// About a day is time enough for a proof that is to last for years.
const TARGET_BLOCKS: u16 = 144;
const UNKNOWN_RATE: SatPerVbyte = SatPerVbyte(5);
const DEFAULT_HIGHEST_RATE: u64 = 50;
/// What may be spent in a day where nothing is worth anything.
const TEST_DAILY_CAP_SAT: u64 = 100_000;
const PATIENCE_MS: u64 = 6 * 60 * 60 * 1000;
const DEFAULT_LOOK_SECONDS: u64 = 60;
const YES: &str = "yes";

/// Starts the service.
pub async fn start(
    settings: &Settings,
    data: &DataDir,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<Ending> {
    let network: Network = settings
        .parsed("ANCHOR_NETWORK", "bitcoin, testnet, signet or regtest")?
        .context("ANCHOR_NETWORK is not set: bitcoin, testnet, signet or regtest")?;
    let (chain, policy) = (chain(settings)?, policy(settings, network)?);
    expect_network(&*chain, network).await.context("holding ANCHOR_NETWORK against the chain")?;
    let folder = data.join(FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let birthday = birthday(settings, &*chain).await?;
    let mut desk = AnchorDesk::open(&folder, network, policy, birthday, &mut chance::system())
        .with_context(|| format!("opening the wallet in {}", folder.display()))?;
    let fee_sat = desk.anchor_fee_sat(&*chain).await.context("asking what an anchor costs")?;
    let costs = costs(settings, network, policy, fee_sat)?;
    expect_yes(settings, network, &costs)?;
    let address = desk.wallet().address().context("asking the wallet for an address")?;
    let listener = listen::bind(settings, listen::ANCHOR).await?;
    let url = listen::url(&listener)?;
    let service = AnchorService::new(ServiceSettings {
        desk,
        chain,
        clock: Arc::new(SystemClock),
        look_every: look_every(settings)?,
        network,
        daily_cap_sat: policy.daily_cap_sat,
        tokens: ServiceTokens::new(access::settings(settings, &Tokens::of(settings, data)?)?),
        metrics: Metrics::default(),
    });
    service.start(tasks, stop);
    listen::answer(tasks, listener, edgecoder_anchor_service::router(service), stop);
    println!("{costs}\nthe wallet is filled at {address}");
    banner::say_ready("anchor service", &url)?;
    Ok(Ending::default())
}

fn chain(settings: &Settings) -> Result<Arc<dyn Chain>> {
    let expected = "an address";
    let node = settings.parsed("ANCHOR_NODE_URL", "an address as http://user:password@host:port")?;
    let esplora = settings.parsed("ANCHOR_ESPLORA_URL", expected)?;
    let cookie = settings.text("ANCHOR_NODE_COOKIE").map(PathBuf::from);
    match (node, esplora) {
        (Some(node), None) => Ok(Arc::new(NodeRpc::at(node, cookie)?)),
        (None, Some(server)) => Ok(Arc::new(Esplora::new(&server)?)),
        (None, None) => bail!("who knows the chain? Set ANCHOR_NODE_URL or ANCHOR_ESPLORA_URL"),
        (Some(_), Some(_)) => bail!("ANCHOR_NODE_URL and ANCHOR_ESPLORA_URL are both set: choose one"),
    }
}

fn policy(settings: &Settings, network: Network) -> Result<AnchorPolicy> {
    let cap = settings.parsed("ANCHOR_DAILY_CAP_SAT", "a number of satoshi")?;
    let daily_cap_sat = match cap {
        Some(cap) => cap,
        None if network.costs_money() => bail!("ANCHOR_DAILY_CAP_SAT is not set: say how much a day may cost at most"),
        None => TEST_DAILY_CAP_SAT,
    };
    let highest = settings.parsed("ANCHOR_HIGHEST_FEE_RATE", "satoshi for a virtual byte")?;
    Ok(AnchorPolicy {
        target_blocks: TARGET_BLOCKS,
        unknown_rate: UNKNOWN_RATE,
        highest_rate: SatPerVbyte(highest.unwrap_or(DEFAULT_HIGHEST_RATE)),
        daily_cap_sat,
        patience_ms: PATIENCE_MS,
    })
}

/// The block before the first that the wallet must know; it matters to a new wallet only.
async fn birthday(settings: &Settings, chain: &dyn Chain) -> Result<KnownBlock> {
    let height: Option<u32> = settings.parsed("ANCHOR_WALLET_BIRTHDAY", "the height of a block")?;
    let Some(height) = height else { return chain.tip().await.context("asking for the newest block") };
    let hash = chain.hash_at(height).await.context("asking for the wallet's birthday")?;
    let hash = hash.with_context(|| format!("ANCHOR_WALLET_BIRTHDAY is {height}, above the newest block"))?;
    Ok(KnownBlock { height, hash })
}

fn look_every(settings: &Settings) -> Result<Duration> {
    let seconds = settings.parsed("ANCHOR_LOOK_SECONDS", "a number of seconds")?.unwrap_or(DEFAULT_LOOK_SECONDS);
    ensure!(seconds > 0, "ANCHOR_LOOK_SECONDS is 0: name the seconds between two looks at the chain");
    Ok(Duration::from_secs(seconds))
}

/// What anchoring costs, in words; shown before anything is paid.
fn costs(settings: &Settings, network: Network, policy: AnchorPolicy, fee_sat: u64) -> Result<String> {
    let seconds = anchors::every(settings)?.as_secs();
    let (year, cap) = (yearly_cost_sat(seconds, fee_sat), policy.daily_cap_sat);
    Ok(format!(
        "an anchor on {network} costs about {fee_sat} satoshi today; one every {seconds} s, where something happens each \
         time, {year} satoshi a year; never more than {cap} satoshi a day"
    ))
}

fn expect_yes(settings: &Settings, network: Network, costs: &str) -> Result<()> {
    let said_yes = settings.text("ANCHOR_SPEND_REAL_MONEY").as_deref() == Some(YES);
    ensure!(
        !network.costs_money() || said_yes,
        "{costs}. This is real money: set ANCHOR_SPEND_REAL_MONEY={YES} to agree"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_money_needs_a_cap_and_a_yes() {
        let none = Settings::of_flags([]);
        assert!(policy(&none, Network::Bitcoin).unwrap_err().to_string().contains("ANCHOR_DAILY_CAP_SAT"));
        assert_eq!(policy(&none, Network::Regtest).unwrap().daily_cap_sat, TEST_DAILY_CAP_SAT);
        let capped = Settings::of_flags([("ANCHOR_DAILY_CAP_SAT", "5000"), ("ANCHOR_INTERVAL_SECONDS", "86400")]);
        let policy = policy(&capped, Network::Bitcoin).unwrap();
        let told = costs(&capped, Network::Bitcoin, policy, 780).unwrap();
        assert!(told.contains("284700 satoshi a year; never more than 5000"), "{told}");
        let refused = expect_yes(&capped, Network::Bitcoin, &told).unwrap_err().to_string();
        assert!(refused.starts_with(&told) && refused.contains("ANCHOR_SPEND_REAL_MONEY=yes"), "{refused}");
        assert!(expect_yes(&capped, Network::Signet, &told).is_ok());
        let agreed = Settings::of_flags([("ANCHOR_SPEND_REAL_MONEY", "yes")]);
        assert!(expect_yes(&agreed, Network::Bitcoin, &told).is_ok());
    }

    #[test]
    fn somebody_must_know_the_chain() {
        let node = ("ANCHOR_NODE_URL", "http://127.0.0.1:1");
        assert!(chain(&Settings::of_flags([])).is_err());
        assert!(chain(&Settings::of_flags([node, ("ANCHOR_ESPLORA_URL", "http://127.0.0.1:2")])).is_err());
        assert!(chain(&Settings::of_flags([node])).is_ok());
    }
}
