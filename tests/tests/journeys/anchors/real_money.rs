//! On the main network: nothing is paid that nobody agreed to, and the cost is told before.

use super::{chain::start_anchor_service, main_node::main_node};
use crate::machine::{Machine, executable};

#[test]
fn real_money_is_spent_only_within_a_cap_and_after_a_yes_that_knew_the_cost() {
    let Some(executable) = executable() else { return };
    let anchor = ["run", "--mode", "anchor"];
    let mut house = Machine::bare(executable);
    house.set("ANCHOR_NETWORK", "bitcoin").set("ANCHOR_PORT", "0").set("ANCHOR_NODE_URL", &main_node());
    let told = house.refused(&anchor);
    assert!(told.contains("ANCHOR_DAILY_CAP_SAT is not set"), "{told}");
    house.set("ANCHOR_DAILY_CAP_SAT", "5000");
    let told = house.refused(&anchor);
    let costs = "costs about 780 satoshi today";
    assert!(told.contains(costs) && told.contains("6832800 satoshi a year; never more than 5000"), "{told}");
    assert!(told.contains("set ANCHOR_SPEND_REAL_MONEY=yes to agree"), "{told}");
    house.set("ANCHOR_SPEND_REAL_MONEY", "yes");
    let service = start_anchor_service(&house);
    assert!(service.said.contains(costs) && service.said.contains("the wallet is filled at bc1q"), "{}", service.said);
    service.stop();
}

#[test]
fn a_node_of_another_network_is_refused_whatever_the_settings_call_it() {
    let Some(executable) = executable() else { return };
    let mut house = Machine::bare(executable);
    house.set("ANCHOR_NETWORK", "signet").set("ANCHOR_PORT", "0").set("ANCHOR_NODE_URL", &main_node());
    let told = house.refused(&["run", "--mode", "anchor"]);
    assert!(told.contains("signet was asked for, and the chain is bitcoin"), "{told}");
}
