//! Does the log tell secrets? Everything is logged that can be, and nothing of what people keep to themselves is there.

use super::{
    ask::Ask,
    house::House,
    machine::{Machine, Said},
};
use serde_json::json;

#[test]
fn no_prompt_code_output_token_or_key_is_logged_even_with_every_line() {
    let Some(house) = House::open_with("all-in-one", &[("EDGECODER_LOG", "trace")]) else { return };
    let customer = house.account("carol", 10_000);
    let token = house.admitted("ann");
    let mut ann = Machine::new("ann", 1);
    ann.registers(&house, Some(&token)).success();
    let prompt = json!({ "taskId": "p", "prompt": "PROMPT-OF-CAROL write something" });
    house.ask(&Ask::post("/submit", &prompt).bearer(&customer)).success();
    let files = json!([{ "path": "main.py", "content": "print('CODE-' + 'OF-CAROL')" }]);
    let program = json!({ "taskId": "c", "files": files, "stdin": "INPUT-OF-CAROL", "args": ["ARGUMENT-OF-CAROL"] });
    house.ask(&Ask::post("/submit", &program).bearer(&customer)).success();
    if let Some(lease) = ann.pulls(&house) {
        ann.brings(&house, &lease, &Said::of("OUTPUT-OF-CAROL", 1));
    }
    house.ask(&Ask::get("/tasks/c").bearer("ec_acct_TOKEN-THAT-IS-WRONG"));
    house.ask(&Ask::new("POST", "/submit", "{\"prompt\":\"BROKEN-OF-CAROL").bearer(&customer));
    let log = house.log();
    assert!(log.contains("TRACE") && log.contains("DEBUG"), "nothing was logged: the test sees nothing");
    let (operator, service) = (house.operator(), house.service());
    let key = house.file("log.key");
    let secrets = [customer.as_str(), token.as_str(), operator.as_str(), service.as_str(), key.as_str()];
    let contents = ["OF-CAROL", "TOKEN-THAT-IS-WRONG"];
    for secret in secrets.into_iter().chain(contents) {
        let told = log.lines().find(|line| line.contains(secret));
        assert!(told.is_none(), "{told:?}");
    }
}

#[test]
fn tokens_that_were_given_out_are_kept_as_hashes_only() {
    let Some(house) = House::open() else { return };
    let (customer, machine) = (house.account("carol", 1_000), house.admitted("ann"));
    house.submit(&customer, "task-1").success();
    let files = house.files();
    assert!(files.len() > 3, "{files:?}");
    for token in [customer, machine] {
        for (path, bytes) in &files {
            let stands = bytes.windows(token.len()).any(|part| part == token.as_bytes());
            assert!(!stands, "a token that was given out stands in {}", path.display());
        }
    }
}
