//! Why does no machine take a task yet? No event of the log tells it, so pages that watch are told when it changes.

use super::{
    events::{message, watched_long_enough},
    show::language,
};
use crate::{Portal, text::ENGLISH};
use axum::response::sse::Event as Message;
use edgecoder_events::{Recorded, task::Language};
use edgecoder_service_kit::seats::Seat;
use edgecoder_wire::runtime::LanguageInPreparation;
use futures_util::{Stream, StreamExt, stream};
use std::{convert::Infallible, future::ready, time::Duration};

/// How often it is looked how far machines are: as often as they say so.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What machines prepare before they take tasks in this language.
pub fn prepared(portal: &Portal, language: Language) -> Option<String> {
    (portal.in_preparation)().iter().find(|it| it.language == language).map(told)
}

/// `Python is being prepared on 2 machines (50 %).`
fn told(preparation: &LanguageInPreparation) -> String {
    let machines = match preparation.machines {
        1 => ENGLISH.one_machine.to_owned(),
        several => format!("{several} {}", ENGLISH.several_machines),
    };
    let name = language(preparation.language);
    format!("{name} {} {machines} ({} %).", ENGLISH.is_prepared_on, preparation.percent)
}

/// What a page hears: what is recorded, for as long as that can be read, and when machines have come further meanwhile.
pub fn news<S>(portal: &Portal, seat: Seat, recorded: S) -> impl Stream<Item = Result<Message, Infallible>> + use<S>
where
    S: Stream<Item = Recorded>,
{
    let and_the_end = recorded.map(|recorded| Some(message(&recorded))).chain(stream::once(ready(None)));
    let all = stream::select(and_the_end, progress(portal).map(Some));
    let heard = all.take_while(|news| ready(news.is_some())).filter_map(ready);
    heard.take_until(watched_long_enough(portal)).map(move |message| {
        let _held = &seat;
        Ok(message)
    })
}

/// A step whenever machines have come further with what they prepare. It has no place in the log.
fn progress(portal: &Portal) -> impl Stream<Item = Message> + use<> {
    let seen = (portal.in_preparation)();
    stream::unfold((portal.clone(), seen), |(portal, seen)| async move {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = (portal.in_preparation)();
            if now != seen {
                return Some((Message::default().event("step").data(""), (portal, now)));
            }
        }
    })
}
