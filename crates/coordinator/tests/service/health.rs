//! Does the health page say what is wrong?

use crate::fixture::{NOON, Service};
use reqwest::StatusCode;

#[tokio::test]
async fn a_clock_that_was_set_back_is_a_problem_until_it_is_right_again() {
    let service = Service::begin().await;
    service.clock.advance_ms(7_200_000);
    service.submitted("t-1").await;
    let health = async || service.get_as(service.ada(), "/health/runtime").await;
    assert_eq!(health().await.status, StatusCode::OK);
    service.clock.set(NOON);
    let answer = health().await;
    assert_eq!((answer.status, &answer.body["ok"]), (StatusCode::SERVICE_UNAVAILABLE, &false.into()));
    let problem = answer.body["problems"][0].as_str().unwrap();
    assert!(problem.contains("120 minutes behind the newest entry"), "{problem}");
    service.clock.advance_ms(7_200_000);
    assert_eq!(health().await.status, StatusCode::OK);
}
