//! What can a dishonest stranger, customer, machine or operator do over HTTP? Each test is one attack that must fail.
//!
//! [`house`] is the coordinator under attack, [`ask`] the raw requests, [`machine`] a worker that lies. Each rule of the
//! product's security, and each hole in its predecessor that it closes, has its attacks here:
//!
//! | rule | attacked by |
//! |---|---|
//! | a client's address comes from a header only behind a configured proxy | [`proxies`], [`door`] |
//! | a machine registers with the token that was made for it | [`admission`]: `a_machine_without_its_own_token_stays_outside`, `an_older_token_is_worth_nothing_and_approval_comes_first` |
//! | a registered key is replaced only by its holder | [`admission`]: `a_registered_key_is_replaced_only_by_its_holder` |
//! | every request of a machine is signed, over its body too | [`signatures`] |
//! | a request counts once, even across a crash | [`signatures`]: `a_replay_is_refused_now_and_after_a_crash` |
//! | a result comes from the lease's holder, once, for that lease | [`results`] |
//! | paid time is bounded by the lease's own wall clock | [`results`]: `claimed_time_is_bounded_by_the_leases_own_wall_clock` |
//! | credit is whole, never negative, never made from nothing | [`money`] |
//! | who did not pay has no credit: there is no route that believes a payment | [`borders`]: `doors_through_which_the_predecessor_gave_money_and_machines_away_are_not_there`, [`money`]: `in_production_nobody_has_credit_for_nothing` |
//! | who hangs up freezes no task and no credit | [`hanging_up`] |
//! | nobody is shut out without signed evidence, and it can be lifted | [`blacklist`] |
//! | an honest fast machine is never shut out | [`results`]: `honest_fast_work_with_the_same_output_is_never_held_against_a_machine` |
//! | each token opens its own role's routes and no others | [`routes`] |
//! | tokens are kept as hashes, and neither logged nor shown | [`logs`] |
//! | what belongs to another looks as if it were not there | [`other_people`] |
//! | a stranger's code is confined, and swarm work never runs unconfined | [`sandbox`] |
//! | no customer makes a machine ask its own network | [`snapshots`] |
//! | every body, head, wait, answer, list and label is bounded | [`connections`], [`borders`], [`greed`], [`admission`] |
//!
//! | hole in the predecessor | attacked by |
//! |---|---|
//! | its own honest worker bans itself by registering again, or by being fast | [`results`]: `honest_fast_work_with_the_same_output_is_never_held_against_a_machine` |
//! | no route returns a task's result | [`sandbox`] reads each report; [`super::first_day`] |
//! | it does not start without secrets, and is open without them | [`routes`] asks a product that was started without any |
//! | `SANDBOX_MODE` is ignored | [`sandbox`]: `work_of_strangers_is_never_run_without_a_sandbox` |
//! | the queue, nonces and results are gone after a restart | [`results`]: `a_result_counts_once_however_often_and_from_how_many_connections_it_comes`, [`signatures`], [`super::crash`] |
//! | a machine's retry is held against it | [`signatures`]: `a_replay_is_refused_now_and_after_a_crash` |
//! | the sealed path changes the task and its time | [`results`]: `a_report_that_was_changed_or_sealed_for_another_lease_is_refused` |
//! | results of strangers, for others' leases, with made-up times, again and again | [`results`] |
//! | credit from `ble-sync`, payments that anybody confirms, a mock that pays itself | [`borders`], [`money`] |
//! | the same credit spent twice, taken and never given back | [`money`] |
//! | the ledger says one sum and the account another | [`money`]: `a_cancellation_that_races_the_result_pays_once_and_frees_the_rest` |
//! | `fly-client-ip: 127.0.0.1` makes a stranger a member | [`proxies`], [`signatures`]: `unsigned_and_half_signed_requests_are_refused_on_every_route` |
//! | one token for everything | [`routes`] |
//! | unsigned traffic, unchecked bodies, `NaN` as the time | [`signatures`] |
//! | a second enrolment takes a machine over; any text is a registration token | [`admission`] |
//! | evidence that nobody can verify, a ban on one member's word | [`blacklist`] |
//! | peers, addresses and models that a stranger brings in | [`borders`], [`routes`], [`snapshots`] |
//! | code gets out through a constructor, a property, a subclass | [`sandbox`]: `a_strangers_program_reads_starts_and_fills_nothing_and_ends` |
//! | lists, labels and memories without end | [`borders`], [`admission`], [`greed`] |
//! | the operators' door compares texts, and believes a header | [`proxies`], [`door`], [`routes`] |

mod admission;
pub mod ask;
mod blacklist;
mod borders;
mod connections;
mod door;
mod greed;
mod hanging_up;
pub mod house;
mod logs;
mod machine;
mod money;
mod other_people;
mod proxies;
mod results;
mod routes;
mod sandbox;
mod signatures;
mod snapshots;
