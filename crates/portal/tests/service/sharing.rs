//! Two portals over one database are one: what is kept beside the log is in the memory of neither.

use crate::{
    browser::Browser,
    fixture::{PASSWORD, Service},
};

const ANN: &str = "ann@example.org";

#[tokio::test]
async fn who_logs_in_at_one_portal_is_logged_in_at_another_and_out_of_both_at_once() {
    let mut service = Service::begin().await;
    let mut here = service.person(ANN, "Ann").await;
    let mut there = Browser::new(&service.another().await);
    there.cookies.clone_from(&here.cookies);
    assert_eq!(there.get("/dashboard").await.status, 200);
    assert_eq!(there.send("/dashboard", "/log-out", &[]).await.location, "/");
    assert_eq!(here.get("/dashboard").await.status, 303, "the session is over everywhere");
    let fields = [("email", ANN), ("password", PASSWORD)];
    assert_eq!(there.send("/log-in", "/log-in", &fields).await.location, "/dashboard");
}

#[tokio::test]
async fn a_link_that_one_portal_mailed_is_good_once_at_any_of_them() {
    let mut service = Service::begin().await;
    let mut here = service.browser();
    here.send("/sign-up", "/sign-up", &[("email", ANN), ("password", PASSWORD)]).await;
    let link = service.link().await;
    let (_, token) = link.split_once("token=").unwrap();
    let mut there = Browser::new(&service.another().await);
    there.cookies.clone_from(&here.cookies);
    assert_eq!(there.send(&link, "/confirm", &[("token", token)]).await.location, "/dashboard");
    assert_eq!(here.get(&link).await.status, 410, "it was used");
}
