//! Operators say who else is one.

use crate::fixture::Service;
use edgecoder_domain::person::{self, PersonCommand};
use edgecoder_events::{AccountId, Actor, BlobRef, Digest, NewEvent, StreamName, Version};
use edgecoder_service_kit::{
    commands::{Request, Subject},
    http::Refusal,
};
use serde_json::json;

fn eve() -> AccountId {
    AccountId::new("p-eve").unwrap()
}

/// What the portal records when somebody signs up.
async fn sign_up(service: &Service) {
    let command = PersonCommand::SignUp { account: eve(), email_mark: Digest([1; 32]), profile: BlobRef([2; 32]) };
    let request = Request::new(Actor::account(&eve()), [Subject::Person(eve())]);
    let signed_up = service.commands.run(request, |view| {
        let events = person::decide(view.person(&eve()), command.clone())?;
        Ok::<_, Refusal>(NewEvent::all_in(&StreamName::person(&eve()), events))
    });
    signed_up.await.unwrap();
}

async fn is_operator(service: &Service) -> bool {
    let subject = [Subject::Person(eve())];
    service.commands.look(&subject, |view| view.person(&eve()).is_operator()).await.unwrap()
}

#[tokio::test]
async fn a_role_is_given_to_somebody_who_is_there_and_taken_again() {
    let service = Service::begin().await;
    let (give, take) = (json!({ "role": "operator", "given": true }), json!({ "role": "operator", "given": false }));
    let nobody = service.refused("/people/p-eve/role", give.clone()).await;
    assert_eq!(nobody, (404, "person_not_found".to_owned()));
    sign_up(&service).await;
    assert!(!is_operator(&service).await);
    for (body, expected) in [(&give, true), (&give, true), (&take, false), (&take, false)] {
        service.done("/people/p-eve/role", body.clone()).await;
        assert_eq!(is_operator(&service).await, expected, "{body}");
    }
    let stream = StreamName::person(&eve());
    let entries = service.commands.store().read_stream(&stream, Version::EMPTY, 9).await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|it| it.event.kind()).collect();
    assert_eq!(kinds, ["person.signed_up", "person.role_given", "person.role_taken"], "twice is once");
}
